package io.siterecovery.sandbox.players;

import java.util.List;
import java.util.function.Function;

/** The drbdsetup and drbdadm calls that answer once and end. */
final class DrbdCommand {

    record Output(int exitCode, List<String> stdout, List<String> stderr) {}

    private static final List<String> VERSION =
            List.of(
                    "DRBDADM_BUILDTAG=sandbox",
                    "DRBDADM_API_VERSION=2",
                    "DRBD_KERNEL_VERSION_CODE=0x090212",
                    "DRBD_KERNEL_VERSION=9.2.18",
                    "DRBDADM_VERSION_CODE=0x092200",
                    "DRBDADM_VERSION=9.34.0");

    private DrbdCommand() {}

    static Output run(DrbdWorld world, String node, String program, List<String> arguments) {
        String command = arguments.isEmpty() ? "" : arguments.getFirst();
        boolean json = arguments.contains("--json");
        if (program.equals("drbdadm")) {
            return command.equals("--version")
                    ? new Output(0, VERSION, List.of())
                    : new Output(
                            1, List.of(), List.of("drbdadm: Unknown command '" + command + "'"));
        }
        if (command.equals("status") && json) {
            return document(world, node, DrbdJson::status);
        }
        if (command.equals("show") && json) {
            return document(world, node, DrbdJson::show);
        }
        return usage(arguments);
    }

    static Output usage(List<String> arguments) {
        return new Output(
                20,
                List.of(),
                List.of(
                        "drbdsetup: unrecognized command or option: "
                                + String.join(" ", arguments)));
    }

    static Output off() {
        return new Output(
                20, List.of(), List.of("Could not connect to 'drbd' generic netlink family"));
    }

    private static Output document(
            DrbdWorld world, String node, Function<List<Replica>, String> json) {
        return world.document(node, json)
                .map(text -> new Output(0, text.lines().toList(), List.of()))
                .orElseGet(DrbdCommand::off);
    }
}
