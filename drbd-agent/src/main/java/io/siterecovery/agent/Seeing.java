package io.siterecovery.agent;

import io.siterecovery.agent.core.Dialect;
import io.siterecovery.agent.core.NodeView;
import io.siterecovery.agent.core.StatusTable;
import io.siterecovery.agent.core.StreamEnd;
import io.siterecovery.agent.core.UnparsedLines;
import io.siterecovery.agent.core.Versions;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code drbd-agent status}: what the agent would see on this node now, as a table. */
final class Seeing {

    private static final int SEEN = 0;
    private static final int NOT_SEEN = 1;

    /**
     * @return the exit code
     */
    static int run(List<String> drbdsetup, List<String> drbdadm, PrintStream out, PrintStream err) {
        out.println(versions(drbdadm) + "\n");
        Optional<Commands.Output> dump = call(drbdsetup, Dialect.FULL.dumpArguments());
        if (dump.isEmpty() || !dump.get().succeeded()) {
            err.println("DRBD tells nothing: " + reason(dump));
            return NOT_SEEN;
        }
        NodeView view = new NodeView("", "", new UnparsedLines());
        dump.get().stdout().lines().forEach(line -> view.read(line, Instant.now()));
        view.settle();
        if (!view.complete()) {
            err.println("drbdsetup did not tell everything");
            return NOT_SEEN;
        }
        List<DrbdResourceState> states = new ArrayList<>();
        view.names().stream().sorted().forEach(name -> view.state(name).ifPresent(states::add));
        out.print(states.isEmpty() ? "no resource is configured\n" : StatusTable.of(states));
        return SEEN;
    }

    private static String versions(List<String> drbdadm) {
        Versions versions =
                (drbdadm.isEmpty()
                                ? Optional.<Commands.Output>empty()
                                : call(drbdadm, List.of("--version")))
                        .map(said -> Versions.read(said.stdout()))
                        .orElse(Versions.UNKNOWN);
        return versions.words().isEmpty()
                ? "versions unknown: drbdadm does not tell"
                : versions.words().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    private static String reason(Optional<Commands.Output> dump) {
        return dump.map(
                        said ->
                                StreamEnd.of(
                                                Optional.of(said.exitCode()),
                                                said.stderr().lines().toList())
                                        .text())
                .orElse("drbdsetup could not be run, or did not answer");
    }

    private static Optional<Commands.Output> call(List<String> program, List<String> arguments) {
        List<String> command = Stream.concat(program.stream(), arguments.stream()).toList();
        return Commands.runNow(command, Seeing::killWhenLate);
    }

    private static void killWhenLate(Process process) {
        Loop.daemon(
                        () -> {
                            try {
                                if (!process.waitFor(
                                        Commands.LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
                                    Commands.kill(process);
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "drbd-agent-watchdog")
                .start();
    }

    private Seeing() {}
}
