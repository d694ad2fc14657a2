package io.siterecovery.platform;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/control-plane}. */
@Command(
        name = "control-plane",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs the deployments of a quorum cluster, shared out among all instances that are"
                    + " started this way.",
            "Settings come from the environment (SITE_RECOVERY_*) and from the file that"
                    + " SITE_RECOVERY_CONFIG_FILE names."
        })
public final class ControlPlaneCommand implements Callable<Integer> {

    private static final int CANNOT_START = 2;

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlaneCommand.class);

    /** With its prefix it is the name of a namespace. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,58}[a-z0-9])?");

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--deployment",
            paramLabel = "NAME",
            description =
                    "run this deployment only; its namespace dr-NAME must carry the label"
                            + " siterecovery.trilio.io/isolation=dedicated")
    private @Nullable String deployment;

    private final Map<String, String> environment;

    ControlPlaneCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    public static void main(String[] args) {
        int code = new CommandLine(new ControlPlaneCommand(System.getenv())).execute(args);
        // What was started lives on; after --help nothing was.
        if (code != 0) {
            System.exit(code);
        }
    }

    @Override
    public Integer call() {
        if (deployment != null && !NAME.matcher(deployment).matches() && spec != null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--deployment: \"" + deployment + "\" is not the name of a deployment");
        }
        try {
            Configuration configuration = Configuration.load(environment);
            List<ServiceModule> modules =
                    ServiceLoader.load(ServiceModule.class).stream()
                            .map(ServiceLoader.Provider::get)
                            .toList();
            ControlPlane controlPlane =
                    new ControlPlane(configuration, modules, Optional.ofNullable(deployment));
            Runtime.getRuntime().addShutdownHook(new Thread(controlPlane::stop, "stop"));
            Future.await(controlPlane.start());
            return 0;
        } catch (Configuration.Faulty | Kubeconfig.Refused | IOException | RuntimeException e) {
            LOG.atError().addKeyValue("reason", e.getMessage()).log("cannot start");
            return CANNOT_START;
        }
    }
}
