package io.siterecovery.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code bin/drbd-agent run}, and what the kernel says of its size and time. Linux only. */
final class AgentProcess implements AutoCloseable {

    /** Of {@code /proc/<pid>/stat}, on every Linux of today. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;

    private final Process process;

    private AgentProcess(Process process) {
        this.process = process;
    }

    /** Builds it, so that its start is all that is measured afterwards. */
    static void prepare(Path home) throws IOException, InterruptedException {
        Process help =
                new ProcessBuilder(home.resolve("bin/drbd-agent").toString(), "--help")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (help.waitFor() != 0) {
            throw new IOException("bin/drbd-agent cannot be run");
        }
    }

    static AgentProcess start(Path home, Path dir, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(List.of(home.resolve("bin/drbd-agent").toString(), "run"));
        builder.environment().putAll(environment);
        return new AgentProcess(
                builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(dir.resolve("agent.log").toFile())
                        .start());
    }

    double residentMebibytes() throws IOException {
        return Files.readAllLines(proc("status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElseThrow(() -> new IOException("the agent is gone"))
                / 1024.0;
    }

    /** User and system, of all its threads; not of its children. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(proc("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]))
                / TICKS_PER_SECOND;
    }

    private Path proc(String file) {
        return Path.of("/proc", String.valueOf(process.pid()), file);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().copy().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
        process.destroyForcibly();
    }
}
