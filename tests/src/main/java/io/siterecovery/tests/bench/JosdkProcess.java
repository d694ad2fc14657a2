package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * {@link JosdkOperator} on the same API servers, with the same groups in a namespace of its own.
 */
record JosdkProcess(Process process) implements AutoCloseable {

    static final String USER = "josdk";
    static final String NAMESPACE = "josdk";

    private static final List<String> SITES = List.of(Fleet.PRIMARY, Fleet.DR);
    private static final int AT_ONCE = 50;
    private static final int STOP_SECONDS = 10;

    /**
     * @param flags of the JVM
     */
    static JosdkProcess start(Fleet fleet, Path folder, List<String> flags) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("-Dlogback.configurationFile=sandbox-logback.xml");
        command.add("-Dsite-recovery.log=" + folder.resolve("josdk.log"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(JosdkOperator.class.getName());
        for (String site : SITES) {
            Path kubeconfig = folder.resolve("josdk-" + site + ".kubeconfig");
            Files.writeString(
                    kubeconfig, fleet.world().apiServer(site).kubeconfig(USER, "system:masters"));
            command.add(kubeconfig.toString());
        }
        command.add(NAMESPACE);
        return new JosdkProcess(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("josdk.out").toFile())
                        .start());
    }

    /** The groups and VMs of a deployment once more, halted, so that nobody plays with them. */
    static void settle(Fleet fleet, String deployment) {
        for (String site : SITES) {
            fleet.api(site)
                    .create(
                            "/api/v1/namespaces",
                            """
                            {"apiVersion": "v1", "kind": "Namespace",
                             "metadata": {"name": "%s"}}"""
                                    .formatted(NAMESPACE))
                    .join();
        }
        copy(fleet, GroupsSide.machines(deployment), GroupsSide.machines(NAMESPACE));
        copy(fleet, GroupsSide.groups(deployment), GroupsSide.groups(NAMESPACE));
    }

    private static void copy(Fleet fleet, String from, String to) {
        BareApi api = fleet.api(Fleet.PRIMARY);
        List<String> copies = new ArrayList<>();
        for (JsonNode item : api.get(from).path("items")) {
            copies.add(copy(item).toString());
        }
        inTurn(copies, json -> api.create(to, json));
    }

    private static ObjectNode copy(JsonNode item) {
        ObjectNode copy = item.deepCopy();
        copy.remove("status");
        copy.putObject("metadata").put("name", item.at("/metadata/name").asText());
        ObjectNode spec = copy.withObject("/spec");
        if (spec.has("running")) {
            spec.put("running", false);
        } else if (spec.has("runStrategy")) {
            spec.put("runStrategy", "Halted");
        }
        return copy;
    }

    /** So many at a time as one connection has streams for. */
    static <T> void inTurn(Collection<T> all, Function<T, CompletableFuture<?>> call) {
        List<T> left = List.copyOf(all);
        for (int i = 0; i < left.size(); i += AT_ONCE) {
            CompletableFuture.allOf(
                            left.subList(i, Math.min(i + AT_ONCE, left.size())).stream()
                                    .map(call)
                                    .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().copy().completeOnTimeout(process, STOP_SECONDS, TimeUnit.SECONDS).join();
        process.destroyForcibly();
    }
}
