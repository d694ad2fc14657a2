package io.siterecovery.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What a running JVM costs. */
record JavaProcess(long pid) {

    private static final String TOTAL = "Total ";
    private static final String HEAP_FLAG = "-Xm[sx].*|-XX:\\+Use\\w+GC";

    /** User and system, of all its threads, since it began. */
    Duration cpu() {
        return info().totalCpuDuration().orElseThrow();
    }

    /** What it was told of heap and collector, for another one to be told the same. */
    List<String> heapFlags() {
        return Stream.of(info().arguments().orElseThrow())
                .filter(flag -> flag.matches(HEAP_FLAG))
                .toList();
    }

    /** Bytes that are left after a full collection. */
    long heapBytes() {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        ProcessBuilder builder =
                new ProcessBuilder(jcmd.toString(), String.valueOf(pid), "GC.class_histogram")
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            Process process = builder.start();
            String all =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return all.lines()
                    .filter(line -> line.startsWith(TOTAL))
                    .map(line -> line.strip().split("\\s+", -1)[2])
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(all));
        } catch (IOException e) {
            throw new IllegalStateException("jcmd cannot be run", e);
        }
    }

    private ProcessHandle.Info info() {
        return ProcessHandle.of(pid).orElseThrow().info();
    }
}
