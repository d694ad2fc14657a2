package io.siterecovery.agent.core;

import java.util.List;

/** How {@code drbdsetup events2} is asked, by what the installed version has. */
public enum Dialect {
    /**
     * drbd-utils 9.17 and later: a change line has all keys, and figures are asked for on stdin.
     */
    FULL("events2 --timestamps --full --poll", true),

    /**
     * Earlier ones, and drbdsetup-84: a change line has what changed, and figures come from a dump
     * beside the stream.
     */
    DELTAS("events2 --timestamps --statistics", false);

    private static final int FIRST_WITH_POLL = 0x091100;
    private static final int FIRST_KERNEL_WITH_NINE = 0x090000;

    private final String arguments;
    private final boolean asksOnStdin;

    Dialect(String arguments, boolean asksOnStdin) {
        this.arguments = arguments;
        this.asksOnStdin = asksOnStdin;
    }

    /** What is not known is tried: a drbdsetup that does not understand says so at once. */
    public static Dialect of(Versions versions) {
        boolean oldUtils =
                versions.utilsCode().isPresent()
                        && versions.utilsCode().getAsInt() < FIRST_WITH_POLL;
        boolean oldKernel =
                versions.kernelCode().isPresent()
                        && versions.kernelCode().getAsInt() < FIRST_KERNEL_WITH_NINE;
        return oldUtils || oldKernel ? DELTAS : FULL;
    }

    public List<String> arguments() {
        return List.of(arguments.split(" ", -1));
    }

    /** What prints the whole truth once and ends. */
    public List<String> dumpArguments() {
        return List.of("events2", "--timestamps", "--statistics", "--now");
    }

    public boolean asksOnStdin() {
        return asksOnStdin;
    }
}
