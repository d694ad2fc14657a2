package io.siterecovery.tests.simulation.oracle;

/**
 * What must never be was seen.
 *
 * @param rule the invariant's name
 */
public record Violation(String rule, String what) {

    @Override
    public String toString() {
        return rule + ": " + what;
    }
}
