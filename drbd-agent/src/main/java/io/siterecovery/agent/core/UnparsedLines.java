package io.siterecovery.agent.core;

import java.util.Map;
import java.util.TreeMap;

/** Counts lines that could not be used, by shape. */
public final class UnparsedLines {

    private static final int MOST_SHAPES = 100;
    private static final String OTHER = "other";

    private final Map<String, Long> counts = new TreeMap<>();

    /** Whether it is the first of its shape. */
    public boolean count(String shape) {
        String counted = counts.size() < MOST_SHAPES || counts.containsKey(shape) ? shape : OTHER;
        return counts.merge(counted, 1L, Long::sum) == 1;
    }

    public long total() {
        return counts.values().stream().mapToLong(n -> n).sum();
    }

    public Map<String, Long> counts() {
        return Map.copyOf(counts);
    }
}
