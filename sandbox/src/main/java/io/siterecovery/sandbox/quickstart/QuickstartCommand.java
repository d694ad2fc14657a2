package io.siterecovery.sandbox.quickstart;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./quickstart}. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts two Kubernetes sites with replicated VMs, a quorum cluster, Kafka and the control"
                    + " plane on this machine, and moves a group of VMs from one site to the other.",
            "Then it stays until Ctrl-C, which stops everything."
        })
public final class QuickstartCommand implements Callable<Integer> {

    private static final double NANOS = 1e9;
    private static final int MOST_MACHINES = 20_000;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--clusters",
            paramLabel = "DIR",
            description =
                    "use the API servers of DIR/primary.kubeconfig, dr.kubeconfig and"
                            + " quorum.kubeconfig instead of embedded ones")
    private @Nullable Path clusters;

    @Option(
            names = "--groups",
            paramLabel = "M",
            description =
                    "M more groups in the namespace production, and move group-1 instead of"
                            + " production-app (default: ${DEFAULT-VALUE})")
    private int groups;

    @Option(
            names = "--vms",
            paramLabel = "K",
            description = "K VMs in each of them; alone, it means --groups 1 (default: 3)")
    private @Nullable Integer vms;

    @Option(
            names = "--vm-stop-seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "how long a guest takes to shut down (default: ${DEFAULT-VALUE})")
    private double vmStopSeconds;

    @Option(
            names = "--vm-boot-seconds",
            paramLabel = "S",
            defaultValue = "3",
            description = "how long a guest takes to boot (default: ${DEFAULT-VALUE})")
    private double vmBootSeconds;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "where kubeconfigs, manifests and logs go; several can run at once, each with"
                            + " its own (default: target/quickstart)")
    private @Nullable Path state;

    @Option(
            names = "--exit",
            description = "end after the failover; the exit code is 0 only if it completed")
    private boolean exit;

    @Override
    public Integer call() {
        QuickstartOptions options = options();
        Narrator narrator = new Narrator(System.out);
        Lifeline lifeline = new Lifeline();
        Thread atEnd = new Thread(lifeline::close, "stop");
        Runtime.getRuntime().addShutdownHook(atEnd);
        try {
            boolean completed = run(options, narrator, lifeline);
            if (!options.exit()) {
                narrator.line("Ctrl-C stops everything.");
                new CountDownLatch(1).await();
            }
            return completed ? 0 : 1;
        } catch (QuickstartFailure e) {
            if (!lifeline.isClosed()) {
                System.err.println("quickstart: " + e.getMessage());
            }
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            lifeline.close();
        }
    }

    private static boolean run(QuickstartOptions options, Narrator narrator, Lifeline lifeline) {
        StateFolder state = lifeline.hold(StateFolder.take(options.state()));
        // Read when the first logger is made: nothing may log before.
        System.setProperty("site-recovery.log", state.resolve("sandbox.log").toString());
        try {
            World world =
                    World.start(
                            options,
                            Replicas.ONE_EACH,
                            Inhabitants.onboarded(options),
                            state,
                            lifeline,
                            narrator,
                            home());
            return new Demonstration(world, options, state, lifeline, narrator).run();
        } catch (QuickstartFailure e) {
            throw e;
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(QuickstartCommand.class)
                    .atError()
                    .setCause(e)
                    .log("quickstart failed");
            throw new QuickstartFailure(
                    "%s (more in %s)".formatted(e, state.resolve("sandbox.log")), e);
        }
    }

    private QuickstartOptions options() {
        int wantedGroups = groups == 0 && vms != null ? 1 : groups;
        int wantedMachines = vms == null ? 3 : vms;
        require(wantedGroups >= 0, "--groups must not be negative");
        require(wantedMachines >= 1 && wantedMachines <= 256, "--vms must be from 1 to 256");
        require(
                (long) wantedGroups * wantedMachines <= MOST_MACHINES,
                "--groups times --vms must be at most " + MOST_MACHINES);
        return new QuickstartOptions(
                Optional.ofNullable(clusters),
                wantedGroups,
                wantedMachines,
                seconds("--vm-stop-seconds", vmStopSeconds),
                seconds("--vm-boot-seconds", vmBootSeconds),
                state == null ? home().resolve("target/quickstart") : state,
                exit);
    }

    private Duration seconds(String option, double value) {
        require(value >= 0 && value <= 600, option + " must be from 0 to 600");
        return Duration.ofNanos((long) (value * NANOS));
    }

    private void require(boolean holds, String message) {
        if (!holds && spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), message);
        }
    }

    /** The project's folder: {@code bin/sandbox} says which. */
    private static Path home() {
        return Path.of(System.getProperty("site-recovery.home", "")).toAbsolutePath();
    }
}
