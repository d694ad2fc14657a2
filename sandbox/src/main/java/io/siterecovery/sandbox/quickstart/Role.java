package io.siterecovery.sandbox.quickstart;

import java.util.List;
import java.util.stream.IntStream;

/** What a cluster of the world is there for, and its name. */
enum Role {
    PRIMARY("primary", "cluster1"),
    DR("dr", "cluster2"),
    QUORUM("quorum", "cluster3");

    private static final int NODES = 3;

    private final String word;
    private final String cluster;

    Role(String word, String cluster) {
        this.word = word;
        this.cluster = cluster;
    }

    /** {@code primary}, {@code dr} or {@code quorum}. */
    String word() {
        return word;
    }

    String cluster() {
        return cluster;
    }

    boolean runsMachines() {
        return this != QUORUM;
    }

    /** {@code cluster1-node1} and so on; the quorum cluster's nodes are of no concern. */
    List<String> nodes() {
        return runsMachines()
                ? IntStream.rangeClosed(1, NODES).mapToObj(n -> cluster + "-node" + n).toList()
                : List.of();
    }
}
