package io.siterecovery.tests.bench;

import io.siterecovery.tests.bench.Fleet.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench groups}. */
@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Many groups whose definitions are kept at the other site: what that costs while"
                    + " nothing happens, and for each changed VM, in turn with an operator of the"
                    + " Java Operator SDK that keeps copies of the same VMs on the same API"
                    + " servers.",
            "ratio: CPU for each change, to the operator's; the aim is 0.7."
        })
final class GroupsBench implements Callable<Integer> {

    private static final String DEPLOYMENT = Fleet.deployment(1);

    /** Each side in turn so many times, so that the machine's moods are shared. */
    private static final int ROUNDS = 4;

    private static final double SECONDS = 1e9;

    @Option(
            names = "--groups",
            paramLabel = "N",
            defaultValue = "500",
            description = "groups (default: ${DEFAULT-VALUE})")
    private int groups;

    @Option(
            names = "--vms",
            paramLabel = "K",
            defaultValue = "5",
            description = "VMs in a group (default: ${DEFAULT-VALUE})")
    private int vms;

    @Option(
            names = "--idle",
            paramLabel = "S",
            defaultValue = "30",
            description =
                    "seconds in which nothing happens, for each side (default: ${DEFAULT-VALUE})")
    private int idle;

    @Option(
            names = "--changes",
            paramLabel = "C",
            defaultValue = "200",
            description = "measured changes for each side (default: ${DEFAULT-VALUE})")
    private int changes;

    @Option(
            names = "--warm-up",
            paramLabel = "W",
            defaultValue = "100",
            description =
                    "changes for each side before those, which do not count (default:"
                            + " ${DEFAULT-VALUE})")
    private int warmUp;

    @Override
    public Integer call() throws IOException {
        Path home = Path.of(System.getProperty("site-recovery.home", "")).toAbsolutePath();
        Path folder = Files.createTempDirectory("bench-groups");
        System.setProperty("site-recovery.log", folder.resolve("sandbox.log").toString());
        try (Fleet fleet = Fleet.start(folder, home, 1, groups, vms)) {
            List<Group> all = Fleet.groups(1, groups);
            JavaProcess process = new JavaProcess(fleet.world().controlPlanePid());
            try (GroupsSide ours =
                    new GroupsSide(
                            "control plane",
                            fleet,
                            DEPLOYMENT,
                            process,
                            user -> user.startsWith("site-recovery"),
                            all,
                            vms)) {
                long begun = System.nanoTime();
                JosdkProcess.inTurn(all, group -> fleet.protect(group));
                begin(ours, all, begun);
                JosdkProcess.settle(fleet, DEPLOYMENT);
                compare(fleet, folder, all, ours, process);
            }
        }
        return 0;
    }

    private void begin(GroupsSide side, List<Group> all, long begun) {
        side.awaitSynced(all);
        System.out.printf(
                Locale.ROOT,
                "%s: %d groups of %d VMs are at the other site after %.1f s%n",
                side.name(),
                groups,
                vms,
                (System.nanoTime() - begun) / SECONDS);
        side.awaitQuiet();
        side.idle(Duration.ofSeconds(idle));
    }

    private void compare(
            Fleet fleet, Path folder, List<Group> all, GroupsSide ours, JavaProcess process)
            throws IOException {
        long begun = System.nanoTime();
        try (JosdkProcess operator = JosdkProcess.start(fleet, folder, process.heapFlags());
                GroupsSide theirs =
                        new GroupsSide(
                                "JOSDK",
                                fleet,
                                JosdkProcess.NAMESPACE,
                                new JavaProcess(operator.process().pid()),
                                JosdkProcess.USER::equals,
                                all,
                                vms)) {
            begin(theirs, all, begun);
            ours.change(warmUp, false);
            theirs.change(warmUp, false);
            for (int round = 0; round < ROUNDS; round++) {
                int share = changes * (round + 1) / ROUNDS - changes * round / ROUNDS;
                ours.change(share, true);
                theirs.change(share, true);
            }
            print(ours, theirs);
        }
    }

    private void print(GroupsSide ours, GroupsSide theirs) {
        System.out.printf("%n  writes for each change%n");
        ours.printWrites();
        theirs.printWrites();
        System.out.printf("%n%-38s %13s %8s %7s%n", "", "control plane", "JOSDK", "ratio");
        row("CPU for each change, ms", ours, theirs, GroupsSide::cpuPerChangeMillis);
        row("of it beyond idling, ms", ours, theirs, GroupsSide::cpuBeyondIdleMillis);
        row("event to write, p50, ms", ours, theirs, side -> side.latencyMillis(0.5));
        row("event to write, p99, ms", ours, theirs, side -> side.latencyMillis(0.99));
        row("idle: CPU of a group, us each second", ours, theirs, s -> s.idleCpuMicros(groups));
        row("idle: writes", ours, theirs, GroupsSide::idleWrites);
        row("heap of a group, KiB", ours, theirs, side -> side.heapKibibytes(groups));
        System.out.println(
                new Figures()
                        .with("ratio", ours.cpuPerChangeMillis() / theirs.cpuPerChangeMillis())
                        .with("cpuPerChangeMs", ours.cpuPerChangeMillis())
                        .with("josdkCpuPerChangeMs", theirs.cpuPerChangeMillis())
                        .with("cpuBeyondIdleMs", ours.cpuBeyondIdleMillis())
                        .with("josdkCpuBeyondIdleMs", theirs.cpuBeyondIdleMillis())
                        .with("p50ms", ours.latencyMillis(0.5))
                        .with("josdkP50ms", theirs.latencyMillis(0.5))
                        .with("reachesOtherSiteP99ms", ours.latencyMillis(0.99))
                        .with("josdkP99ms", theirs.latencyMillis(0.99))
                        .with("idleWrites", ours.idleWrites())
                        .with("idleCpuPerGroupMicrosPerSecond", ours.idleCpuMicros(groups))
                        .with("heapPerGroupKiB", ours.heapKibibytes(groups))
                        .with("josdkHeapPerGroupKiB", theirs.heapKibibytes(groups))
                        .with("writesPerChange", ours.writesPerChange())
                        .with("josdkWritesPerChange", theirs.writesPerChange())
                        .toJson());
    }

    private static void row(
            String what, GroupsSide ours, GroupsSide theirs, ToDoubleFunction<GroupsSide> figure) {
        double left = figure.applyAsDouble(ours);
        double right = figure.applyAsDouble(theirs);
        System.out.printf(
                Locale.ROOT,
                "%-38s %13.2f %8.2f %7s%n",
                what,
                left,
                right,
                right == 0 ? "" : String.format(Locale.ROOT, "%.2f", left / right));
    }
}
