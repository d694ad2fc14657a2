package io.siterecovery.tests.simulation.control;

import io.siterecovery.tests.simulation.world.World;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;

/**
 * What all processes live in.
 *
 * @param watchTrouble how often a watch event comes late or twice
 * @param topicTrouble how often a record comes late or twice
 * @param published told of each record's topic and key
 */
public record Surroundings(
        World world,
        Network network,
        Interference interference,
        Bugs bugs,
        DoubleSupplier watchTrouble,
        DoubleSupplier topicTrouble,
        BiConsumer<String, String> published) {}
