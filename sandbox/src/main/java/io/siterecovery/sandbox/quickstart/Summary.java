package io.siterecovery.sandbox.quickstart;

import io.siterecovery.sandbox.quickstart.FailoverWatch.Outcome;
import io.siterecovery.sandbox.quickstart.Plan.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What the user reads at the end: where the time went, and what to try next. */
record Summary(Plan plan, QuickstartOptions options, StateFolder state, Narrator narrator) {

    void print(Outcome outcome) {
        narrator.line("");
        outcome.steps()
                .forEach(
                        (step, time) ->
                                narrator.line("  %-18s %8.3f s", step, Narrator.seconds(time)));
        narrator.line("");
        narrator.line(
                "  kubeconfigs  %s (primary), cluster2 (dr), cluster3 (quorum)",
                state.shown("cluster1.kubeconfig"));
        narrator.line("  logs         %s, sandbox.log", state.shown("control-plane.log"));
        narrator.line("  memory       %d MiB in all processes", memoryMebibytes());
        commands();
        narrator.line("");
        if (outcome.completed()) {
            Duration ours = outcome.total().minus(options.longestDelay());
            narrator.line(
                    "failover completed: total %.2f s, control plane %d ms",
                    Narrator.seconds(outcome.total()), ours.toMillis());
        } else {
            narrator.line(
                    "failover failed after %.2f s: %s",
                    Narrator.seconds(outcome.total()), outcome.message());
        }
    }

    private void commands() {
        Group group = plan.move().group();
        Path primary = state.shown("cluster1.kubeconfig");
        Path dr = state.shown("cluster2.kubeconfig");
        Path quorum = state.shown("cluster3.kubeconfig");
        narrator.line("");
        narrator.line("  Try:");
        suggest(dr, "get vmi -n " + group.namespace());
        suggest(primary, "get %s -A -o wide".formatted(group.resource()));
        suggest(quorum, "describe failover -n %s".formatted(group.deployment().namespace()));
        suggest(quorum, "get groupownerships -A");
        suggest(primary, "apply -f " + backManifest());
    }

    private void suggest(Path kubeconfig, String command) {
        narrator.line("  kubectl --kubeconfig %s %s", kubeconfig, command);
    }

    private Path backManifest() {
        Plan.Move move = plan.move();
        Plan.Move back =
                new Plan.Move(
                        move.kind(), move.group().name() + "-failback", move.group(), "primary");
        state.write("manifests/failback.yaml", back.manifest());
        return state.shown("manifests/failback.yaml");
    }

    /** Resident memory of this process and all it started. */
    private static long memoryMebibytes() {
        ProcessHandle self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.descendants())
                        .mapToLong(process -> residentKibibytes(process.pid()))
                        .sum()
                / 1024;
    }

    private static long residentKibibytes(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .sum();
        } catch (IOException | RuntimeException e) {
            // Gone meanwhile, or no Linux.
            return 0;
        }
    }
}
