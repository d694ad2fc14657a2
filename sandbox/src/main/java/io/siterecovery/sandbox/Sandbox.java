package io.siterecovery.sandbox;

import io.siterecovery.sandbox.quickstart.QuickstartCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code bin/sandbox}: the embedded world that the control plane can run in. */
@Command(
        name = "bin/sandbox",
        description =
                "An embedded world for Site Recovery: Kubernetes, KubeVirt, CSI, DRBD, Kafka.",
        subcommands = {QuickstartCommand.class, HelpCommand.class},
        mixinStandardHelpOptions = true)
public final class Sandbox {

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Sandbox()).execute(arguments));
    }
}
