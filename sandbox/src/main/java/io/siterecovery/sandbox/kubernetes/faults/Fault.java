package io.siterecovery.sandbox.kubernetes.faults;

import java.time.Duration;

/** What goes wrong with a request. */
public sealed interface Fault {
    /** Everything is as it should be, only later. */
    record Latency(Duration delay) implements Fault {}

    /**
     * Nothing is done and the client is told so.
     *
     * @param code 429, 500 or 503
     */
    record Refusal(int code) implements Fault {}

    /** The client gets a time-out (504), and nothing was done. */
    record TimeoutBefore() implements Fault {}

    /** The client gets a time-out (504), and what it asked for was done all the same. */
    record TimeoutAfter() implements Fault {}

    /** What a watch or the next page of a list asks to go on from is no longer held (410). */
    record Gone() implements Fault {}
}
