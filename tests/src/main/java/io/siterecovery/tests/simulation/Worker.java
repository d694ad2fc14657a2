package io.siterecovery.tests.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A process that runs schedules one after the other: jobs come in, outcomes go out, a line each.
 * Only one at a time in a JVM: two would meet at its locks, and whoever waits there does so in an
 * order that no seed decides. It ends with its input, in the middle of a schedule too.
 */
final class Worker {

    private static final int ORPHANED = 3;

    private Worker() {}

    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        // What anything else prints must not come between the outcomes.
        System.setOut(System.err);
        BlockingQueue<String> jobs = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().name("jobs").start(() -> read(jobs));
        while (true) {
            out.print(Job.read(jobs.take()).run().written() + "\n");
            out.flush();
        }
    }

    private static void read(BlockingQueue<String> jobs) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line = in.readLine();
            while (line != null) {
                jobs.add(line);
                line = in.readLine();
            }
        } catch (IOException e) {
            // As good as the end of it.
        }
        Runtime.getRuntime().halt(ORPHANED);
    }
}
