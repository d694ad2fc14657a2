package io.siterecovery.agent.core;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why a stream of drbdsetup ended; each calls for something else. */
public sealed interface StreamEnd {

    /** There is no DRBD in this kernel, now. It may be loaded later. */
    record NoKernelModule(String complaint) implements StreamEnd {}

    /** DRBD was taken out of the kernel under a running stream. */
    record ModuleUnloaded() implements StreamEnd {}

    /** This drbdsetup does not know how it was asked. */
    record NotUnderstood(String complaint) implements StreamEnd {}

    record Killed(int signal) implements StreamEnd {}

    /** The child lives on, but says nothing more. */
    record OutputClosed() implements StreamEnd {}

    record Exited(int code, String complaint) implements StreamEnd {}

    int MODULE_UNLOADED = 121;
    int KILLED = 128;

    /**
     * @param exitCode absent if the child lives on
     * @param complaints what it wrote to stderr
     */
    static StreamEnd of(Optional<Integer> exitCode, List<String> complaints) {
        String words = String.join("; ", complaints);
        String lower = words.toLowerCase(Locale.ROOT);
        if (exitCode.isEmpty()) {
            return new OutputClosed();
        }
        int code = exitCode.get();
        if (code == MODULE_UNLOADED || lower.contains("module unloaded")) {
            return new ModuleUnloaded();
        }
        if (lower.contains("failed to modprobe drbd")
                || lower.contains("module drbd not found")
                || lower.contains("could not connect to 'drbd'")) {
            return new NoKernelModule(words);
        }
        if (lower.contains("unrecognized option")
                || lower.contains("invalid option")
                || lower.contains("unknown option")
                || lower.contains("unrecognized command")) {
            return new NotUnderstood(words);
        }
        return code > KILLED ? new Killed(code - KILLED) : new Exited(code, words);
    }

    /** For people. */
    default String text() {
        return switch (this) {
            case NoKernelModule(String complaint) ->
                    "no DRBD module in the kernel (" + complaint + ")";
            case ModuleUnloaded() -> "the DRBD module was unloaded";
            case NotUnderstood(String complaint) -> "drbdsetup does not understand: " + complaint;
            case Killed(int signal) -> "drbdsetup was killed by signal " + signal;
            case OutputClosed() -> "drbdsetup closed its output";
            case Exited(int code, String complaint) ->
                    "drbdsetup ended with exit code "
                            + code
                            + (complaint.isEmpty() ? "" : ": " + complaint);
        };
    }
}
