package io.siterecovery.tests.simulation.control;

import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.World;
import java.util.function.DoubleSupplier;

/**
 * What all processes live in.
 *
 * @param watchTrouble how often a watch event comes late or twice
 * @param topicTrouble how often a record comes late or twice
 * @param calls told of each call
 * @param published told of each record that is published
 */
public record Surroundings(
        World world,
        Network network,
        Interference interference,
        Bugs bugs,
        DoubleSupplier watchTrouble,
        DoubleSupplier topicTrouble,
        Calls calls,
        Published published) {

    /** Who counts calls. */
    public interface Calls {
        /**
         * @param what in a few words
         * @param writes whether it would change anything; it may be refused, or change nothing
         */
        void made(Author by, String what, boolean writes);
    }

    /** Who watches what is published. */
    public interface Published {
        void by(String deployment, String topic, String key);
    }
}
