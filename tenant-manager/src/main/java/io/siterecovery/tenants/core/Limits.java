package io.siterecovery.tenants.core;

import static java.util.Objects.requireNonNullElse;

import org.jspecify.annotations.Nullable;

/**
 * How much of each a deployment may have; absent: the default. None of them stands in the way of an
 * emergency failover.
 */
public record Limits(
        @Nullable Integer groups,
        @Nullable Integer virtualMachines,
        @Nullable Integer failoversAtOnce,
        @Nullable Integer eventBytesPerSecond) {

    public static final int GROUPS = 100;
    public static final int VIRTUAL_MACHINES = 1_000;
    public static final int FAILOVERS_AT_ONCE = 20;
    public static final int EVENT_BYTES_PER_SECOND = 4 << 20;

    public static final Limits DEFAULTS =
            new Limits(GROUPS, VIRTUAL_MACHINES, FAILOVERS_AT_ONCE, EVENT_BYTES_PER_SECOND);

    /** With the defaults where nothing is said. */
    public static Limits orDefaults(@Nullable Limits given) {
        return given == null ? DEFAULTS : DEFAULTS.with(given);
    }

    /** The same, but for what is said. */
    public Limits with(Limits said) {
        return new Limits(
                said.groups == null ? groups : said.groups,
                said.virtualMachines == null ? virtualMachines : said.virtualMachines,
                said.failoversAtOnce == null ? failoversAtOnce : said.failoversAtOnce,
                said.eventBytesPerSecond == null ? eventBytesPerSecond : said.eventBytesPerSecond);
    }

    /** What it may write and read in Kafka, bytes a second. */
    public int eventBytes() {
        return requireNonNullElse(eventBytesPerSecond, EVENT_BYTES_PER_SECOND);
    }
}
