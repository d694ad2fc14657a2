package io.siterecovery.tests.simulation;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What may go wrong in a schedule. */
public enum Trouble {
    /** Calls and answers get lost; some calls land a minute later. */
    CALLS,
    /** A cluster's API answers nobody for a while. */
    OUTAGES,
    /** Watch events come late, twice, or not until the next list. */
    WATCHES,
    /** Records come late or twice. */
    TOPICS,
    /** The broker is away for a while. */
    BROKER,
    /** Processes of the control plane end at any moment, others take over. */
    CRASHES,
    /** Processes stand still at any moment, others take over, and they go on. */
    PAUSES,
    /** Clocks differ by seconds and run at different rates. */
    CLOCKS,
    /** The replication network between the sites is cut. */
    REPLICATION,
    /** Nodes lose power. */
    NODES,
    /** Node agents end and start. */
    AGENTS,
    /** Guests ignore the wish to shut down for minutes. */
    STUBBORN,
    /** A tool sets power and desiredState of everything back, again and again. */
    GIT,
    /** People edit, start, stop, delete and make again. */
    PEOPLE,
    /** More Failovers than one, some cancelled, deleted or made again. */
    ORDERS,
    /** A whole site goes dark, or nobody reaches it any more while its VMs go on. */
    SITES,
    /** People order emergency failovers, some of them with a confirmation they cannot give. */
    EMERGENCIES,
    /** The hub hears of neither site, and nothing is wrong with them. */
    HUB,
    /** DRBD closes nodes to new VMs, and people order to them, some of them by force. */
    TAINTS;

    private static final String NONE = "none";

    /** All that may go wrong while only planned failovers are ordered. */
    static Set<Trouble> aroundPlannedOnes() {
        return EnumSet.complementOf(EnumSet.of(SITES, EMERGENCIES, HUB, TAINTS));
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All of them, with commas between. */
    static String words() {
        return Stream.of(values()).map(Trouble::word).collect(Collectors.joining(", "));
    }

    static String write(Set<Trouble> troubles) {
        return troubles.isEmpty()
                ? NONE
                : troubles.stream().sorted().map(Trouble::word).collect(Collectors.joining(","));
    }

    /**
     * @throws IllegalArgumentException if a word is none of them
     */
    static Set<Trouble> parse(String words) {
        Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
        if (words.equals(NONE)) {
            return troubles;
        }
        for (String word : words.split(",", -1)) {
            troubles.add(
                    Stream.of(values())
                            .filter(t -> t.word().equals(word.strip()))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "'%s' is no fault; these are: %s, or %s"
                                                            .formatted(word, words(), NONE))));
        }
        return troubles;
    }
}
