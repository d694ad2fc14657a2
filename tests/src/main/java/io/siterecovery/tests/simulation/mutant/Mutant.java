package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.verticle.Decisions;
import io.siterecovery.failover.verticle.Turns;
import io.siterecovery.tests.simulation.control.Bugs;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A planted bug.
 *
 * @param name as {@code --mutant} takes it
 * @param what is wrong
 * @param bugs made anew for each schedule
 */
public record Mutant(String name, String what, Supplier<Bugs> bugs) {

    static Mutant deciding(String name, String what, UnaryOperator<Decisions> alter) {
        return new Mutant(
                name,
                what,
                () ->
                        new Bugs() {
                            @Override
                            public Decisions decisions(Decisions sound) {
                                return alter.apply(sound);
                            }
                        });
    }

    static Mutant acting(String name, String what, UnaryOperator<Ports> alter) {
        return new Mutant(
                name,
                what,
                () ->
                        new Bugs() {
                            @Override
                            public Ports ports(Ports sound) {
                                return alter.apply(sound);
                            }
                        });
    }

    static Mutant waiting(String name, String what, UnaryOperator<Turns> alter) {
        return new Mutant(
                name,
                what,
                () ->
                        new Bugs() {
                            @Override
                            public Turns turns(Turns sound) {
                                return alter.apply(sound);
                            }
                        });
    }
}
