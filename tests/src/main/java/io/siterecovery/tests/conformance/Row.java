package io.siterecovery.tests.conformance;

/**
 * One thing that a Kubernetes API server does.
 *
 * @param sinceMinor first minor version of Kubernetes that does it
 */
public record Row(String area, String name, int sinceMinor, Check check) {

    /** Looks at a server and throws if it does otherwise. */
    public interface Check {
        void run(Target target) throws Exception;
    }

    /** A row that every server in use passes. */
    public static Row of(String area, String name, Check check) {
        return new Row(area, name, 0, check);
    }

    public Row since(int minor) {
        return new Row(area, name, minor, check);
    }

    /** {@code area: name}. */
    public String title() {
        return area + ": " + name;
    }
}
