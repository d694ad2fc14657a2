package io.siterecovery.sandbox.players;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The command line of {@code drbdsetup events2}, utils 9.34. */
record Events2Options(
        boolean timestamps,
        boolean statistics,
        boolean now,
        boolean poll,
        boolean full,
        Optional<String> resource) {

    /** Empty when drbdsetup would print its usage (exit code 20), as it does for {@code --json}. */
    static Optional<Events2Options> parse(List<String> arguments) {
        var flags = new ArrayList<Character>();
        Optional<String> resource = Optional.empty();
        for (String argument : arguments) {
            switch (argument) {
                case "--timestamps" -> flags.add('T');
                case "--statistics" -> flags.add('s');
                case "--now" -> flags.add('n');
                case "--poll" -> flags.add('p');
                case "--full" -> flags.add('f');
                case "--diff",
                        "--color",
                        "--color=auto",
                        "--color=always",
                        "--color=never",
                        "all" -> {}
                default -> {
                    if (argument.matches("-[Tsnpf]+")) {
                        argument.substring(1).chars().forEach(c -> flags.add((char) c));
                    } else if (!argument.startsWith("-") && resource.isEmpty()) {
                        resource = Optional.of(argument);
                    } else if (!argument.startsWith("--rcvbuf=")) {
                        return Optional.empty();
                    }
                }
            }
        }
        boolean full = flags.contains('f');
        return Optional.of(
                new Events2Options(
                        flags.contains('T'),
                        full || flags.contains('s'),
                        flags.contains('n'),
                        flags.contains('p'),
                        full,
                        resource));
    }
}
