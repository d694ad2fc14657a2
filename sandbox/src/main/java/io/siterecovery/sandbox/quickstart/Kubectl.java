package io.siterecovery.sandbox.quickstart;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The user's own kubectl, run as a user runs it. */
record Kubectl(Path kubeconfig) {

    private static final long DEADLINE_SECONDS = 60;

    /** The same, and content if what is to be created is there already. */
    void runUnlessExists(String... arguments) {
        try {
            run(arguments);
        } catch (QuickstartFailure e) {
            if (!String.valueOf(e.getMessage()).contains("AlreadyExists")) {
                throw e;
            }
        }
    }

    /**
     * @return what it printed, without the last line break
     * @throws QuickstartFailure if it refuses
     */
    String run(String... arguments) {
        List<String> command = new ArrayList<>(List.of("kubectl"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        String shown = String.join(" ", command);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new QuickstartFailure(shown + " did not end");
            }
            if (process.exitValue() != 0) {
                throw new QuickstartFailure(
                        "%s failed (%d): %s".formatted(shown, process.exitValue(), output.strip()));
            }
            return output.stripTrailing();
        } catch (IOException e) {
            throw new QuickstartFailure("cannot run kubectl: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuickstartFailure("interrupted", e);
        }
    }
}
