package io.siterecovery.tests.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code bin/bench}: one subcommand for each benchmark. */
@Command(
        name = "bin/bench",
        description = {
            "Measures Site Recovery on this machine.",
            "Each benchmark prints a table, then its figures as one JSON line, the ratio first."
        },
        subcommands = {
            AgentBench.class,
            FailoverBench.class,
            GroupsBench.class,
            HelpCommand.class,
            SandboxBench.class,
            StormBench.class,
            TenantsBench.class
        },
        mixinStandardHelpOptions = true)
public final class Bench {

    private Bench() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }
}
