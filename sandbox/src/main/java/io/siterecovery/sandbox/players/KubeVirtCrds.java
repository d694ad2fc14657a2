package io.siterecovery.sandbox.players;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.sandbox.players.ClusterApi.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The resource definitions of KubeVirt that matter here, and Multus' one, with their short names
 * and columns, without their validation.
 */
final class KubeVirtCrds {

    private static final String PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final Duration ESTABLISHED_WITHIN = Duration.ofSeconds(30);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Map<String, ?> FREE =
            Map.of("type", "object", "x-kubernetes-preserve-unknown-fields", true);

    private KubeVirtCrds() {}

    /** Returns when all are served. */
    static void install(ClusterApi api) throws IOException, InterruptedException {
        List<Map<String, ?>> all =
                List.of(
                        virtualMachine(),
                        instance(),
                        plain(ResourceKind.INSTANCETYPE, "vminstancetype"),
                        plain(ResourceKind.CLUSTER_INSTANCETYPE, "vmclusterinstancetype"),
                        plain(ResourceKind.PREFERENCE, "vmpref"),
                        plain(ResourceKind.CLUSTER_PREFERENCE, "vmcp"),
                        plain(ResourceKind.NETWORK_ATTACHMENT, "net-attach-def"));
        for (Map<String, ?> crd : all) {
            Answer answer = ClusterApi.await(api.create(PATH, crd));
            if (!answer.ok() && !answer.conflict()) {
                throw new IOException("cannot install KubeVirt's CRDs: " + answer.message());
            }
        }
        for (ResourceKind kind :
                List.of(
                        ResourceKind.VIRTUAL_MACHINE,
                        ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                        ResourceKind.INSTANCETYPE,
                        ResourceKind.CLUSTER_INSTANCETYPE,
                        ResourceKind.PREFERENCE,
                        ResourceKind.CLUSTER_PREFERENCE,
                        ResourceKind.NETWORK_ATTACHMENT)) {
            awaitServed(api, kind);
        }
    }

    private static void awaitServed(ClusterApi api, ResourceKind kind)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ESTABLISHED_WITHIN.toNanos();
        String list = "/apis/%s/%s?limit=1".formatted(kind.apiVersion(), kind.plural());
        String crd = PATH + "/" + kind.plural() + "." + kind.group();
        var never = new CountDownLatch(1);
        while (!established(ClusterApi.await(api.get(crd)))
                || !ClusterApi.await(api.get(list)).ok()) {
            if (System.nanoTime() > deadline || never.await(50, TimeUnit.MILLISECONDS)) {
                throw new IOException(kind.qualified() + " is not established");
            }
        }
    }

    private static boolean established(Answer answer) throws IOException {
        if (!answer.ok()) {
            return false;
        }
        JsonNode conditions = MAPPER.readTree(answer.body()).at("/status/conditions");
        return conditions
                .valueStream()
                .anyMatch(
                        c ->
                                c.path("type").asText().equals("Established")
                                        && c.path("status").asText().equals("True"));
    }

    private static Map<String, ?> virtualMachine() {
        return crd(
                ResourceKind.VIRTUAL_MACHINE,
                List.of("vm", "vms"),
                Map.of("status", Map.of()),
                Stream.of(
                        column("Age", "date", ".metadata.creationTimestamp", 0),
                        column("Status", "string", ".status.printableStatus", 0),
                        column(
                                "Ready",
                                "string",
                                ".status.conditions[?(@.type=='Ready')].status",
                                0)));
    }

    /** Without status subresource, as KubeVirt's is: its phase is written like any other field. */
    private static Map<String, ?> instance() {
        return crd(
                ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                List.of("vmi", "vmis"),
                Map.of(),
                Stream.of(
                        column("Age", "date", ".metadata.creationTimestamp", 0),
                        column("Phase", "string", ".status.phase", 0),
                        column("IP", "string", ".status.interfaces[0].ipAddress", 0),
                        column("NodeName", "string", ".status.nodeName", 0),
                        column(
                                "Ready",
                                "string",
                                ".status.conditions[?(@.type=='Ready')].status",
                                0),
                        column(
                                "Live-Migratable",
                                "string",
                                ".status.conditions[?(@.type=='LiveMigratable')].status",
                                1),
                        column(
                                "Paused",
                                "string",
                                ".status.conditions[?(@.type=='Paused')].status",
                                1)));
    }

    private static Map<String, ?> plain(ResourceKind kind, String shortName) {
        return crd(
                kind,
                List.of(shortName),
                Map.of(),
                Stream.of(column("Age", "date", ".metadata.creationTimestamp", 0)));
    }

    private static Map<String, ?> crd(
            ResourceKind kind,
            List<String> shortNames,
            Map<String, ?> subresources,
            Stream<Map<String, ?>> columns) {
        Map<String, ?> schema =
                Map.of(
                        "type",
                        "object",
                        "properties",
                        Map.of(
                                "apiVersion", Map.of("type", "string"),
                                "kind", Map.of("type", "string"),
                                "metadata", Map.of("type", "object"),
                                "spec", FREE,
                                "status", FREE));
        Map<String, ?> version =
                Map.of(
                        "name",
                        kind.version(),
                        "served",
                        true,
                        "storage",
                        true,
                        "subresources",
                        subresources,
                        "additionalPrinterColumns",
                        columns.toList(),
                        "schema",
                        Map.of("openAPIV3Schema", schema));
        return Map.of(
                "apiVersion",
                "apiextensions.k8s.io/v1",
                "kind",
                "CustomResourceDefinition",
                "metadata",
                Map.of("name", kind.plural() + "." + kind.group()),
                "spec",
                Map.of(
                        "group",
                        kind.group(),
                        "scope",
                        kind.namespaced() ? "Namespaced" : "Cluster",
                        "names",
                        Map.of(
                                "kind", kind.kind(),
                                "listKind", kind.kind() + "List",
                                "plural", kind.plural(),
                                "singular", kind.kind().toLowerCase(Locale.ROOT),
                                "shortNames", shortNames,
                                "categories", List.of("all")),
                        "versions",
                        List.of(version)));
    }

    private static Map<String, ?> column(String name, String type, String path, int priority) {
        return Map.of("name", name, "type", type, "jsonPath", path, "priority", priority);
    }
}
