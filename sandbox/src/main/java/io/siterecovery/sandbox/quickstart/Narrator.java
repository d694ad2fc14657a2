package io.siterecovery.sandbox.quickstart;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Says what happens, with the time since the start; safe from any thread. */
final class Narrator {

    private final PrintStream out;
    private final long start = System.nanoTime();

    Narrator(PrintStream out) {
        this.out = out;
    }

    /** {@code 1.9 s Kafka listens on 127.0.0.1:40001} */
    void say(String format, Object... values) {
        line("%5.1f s  %s", seconds(sinceStart()), format.formatted(values));
    }

    /** A line without a time. */
    void line(String format, Object... values) {
        synchronized (out) {
            out.println(String.format(Locale.ROOT, format, values));
            out.flush();
        }
    }

    Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
