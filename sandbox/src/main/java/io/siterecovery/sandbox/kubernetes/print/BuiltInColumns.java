package io.siterecovery.sandbox.kubernetes.print;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The columns of built-in kinds, named as the real API server names them. */
public final class BuiltInColumns implements Columns {
    private static final String NONE = "<none>";

    private final List<Column> columns = new ArrayList<>();
    private final List<Function<JsonNode, JsonNode>> cells = new ArrayList<>();

    private BuiltInColumns() {
        column("Name", o -> Json.text(o, "metadata", "name"));
    }

    /** Kinds without columns of their own show name and age. */
    public static Columns of(String table) {
        return KNOWN.getOrDefault(table, PLAIN);
    }

    @Override
    public List<Column> columns() {
        return columns;
    }

    @Override
    public List<JsonNode> cells(JsonNode object) {
        return cells.stream().map(cell -> cell.apply(object)).toList();
    }

    private BuiltInColumns column(String name, Function<JsonNode, String> cell) {
        columns.add(Column.of(name));
        cells.add(object -> TextNode.valueOf(cell.apply(object)));
        return this;
    }

    private BuiltInColumns wide(String name, Function<JsonNode, String> cell) {
        columns.add(Column.wide(name));
        cells.add(object -> TextNode.valueOf(cell.apply(object)));
        return this;
    }

    private BuiltInColumns count(String name, Function<JsonNode, Integer> cell) {
        columns.add(new Column(name, "integer", "", name, 0));
        cells.add(object -> IntNode.valueOf(cell.apply(object)));
        return this;
    }

    private BuiltInColumns field(String name, String... path) {
        return column(name, object -> Json.text(object, path));
    }

    private BuiltInColumns age() {
        return column("Age", o -> Ages.since(Json.text(o, "metadata", "creationTimestamp")));
    }

    private static final Columns PLAIN = new BuiltInColumns().age();

    private static final Map<String, Columns> KNOWN =
            Map.ofEntries(
                    Map.entry(
                            "namespaces",
                            new BuiltInColumns().field("Status", "status", "phase").age()),
                    Map.entry("pods", pods()),
                    Map.entry("nodes", nodes()),
                    Map.entry(
                            "configmaps",
                            new BuiltInColumns()
                                    .count(
                                            "Data",
                                            o ->
                                                    o.path("data").size()
                                                            + o.path("binaryData").size())
                                    .age()),
                    Map.entry(
                            "secrets",
                            new BuiltInColumns()
                                    .field("Type", "type")
                                    .count("Data", o -> o.path("data").size())
                                    .age()),
                    Map.entry("events", events()),
                    Map.entry("persistentvolumes", volumes()),
                    Map.entry("persistentvolumeclaims", claims()),
                    Map.entry(
                            "storageclasses.storage.k8s.io",
                            new BuiltInColumns()
                                    .field("Provisioner", "provisioner")
                                    .field("ReclaimPolicy", "reclaimPolicy")
                                    .field("VolumeBindingMode", "volumeBindingMode")
                                    .column(
                                            "AllowVolumeExpansion",
                                            o ->
                                                    Boolean.toString(
                                                            o.path("allowVolumeExpansion")
                                                                    .asBoolean(false)))
                                    .age()),
                    Map.entry(
                            "volumeattachments.storage.k8s.io",
                            new BuiltInColumns()
                                    .field("Attacher", "spec", "attacher")
                                    .field("PV", "spec", "source", "persistentVolumeName")
                                    .field("Node", "spec", "nodeName")
                                    .column(
                                            "Attached",
                                            o ->
                                                    Boolean.toString(
                                                            Json.at(o, "status", "attached")
                                                                    .asBoolean(false)))
                                    .age()),
                    Map.entry(
                            "leases.coordination.k8s.io",
                            new BuiltInColumns().field("Holder", "spec", "holderIdentity").age()),
                    Map.entry(
                            "customresourcedefinitions.apiextensions.k8s.io",
                            new BuiltInColumns()
                                    .field("Created At", "metadata", "creationTimestamp")),
                    Map.entry(
                            "validatingadmissionpolicies.admissionregistration.k8s.io",
                            new BuiltInColumns()
                                    .column(
                                            "Validations",
                                            o ->
                                                    Integer.toString(
                                                            Json.at(o, "spec", "validations")
                                                                    .size()))
                                    .column("ParamKind", BuiltInColumns::paramKind)
                                    .age()),
                    Map.entry(
                            "validatingadmissionpolicybindings.admissionregistration.k8s.io",
                            new BuiltInColumns()
                                    .field("PolicyName", "spec", "policyName")
                                    .column(
                                            "ParamRef",
                                            o -> orUnset(Json.text(o, "spec", "paramRef", "name")))
                                    .age()),
                    Map.entry(
                            "deployments.apps",
                            new BuiltInColumns()
                                    .column(
                                            "Ready",
                                            o ->
                                                    Json.at(o, "status", "readyReplicas").asInt(0)
                                                            + "/"
                                                            + Json.at(o, "spec", "replicas")
                                                                    .asInt(1))
                                    .count(
                                            "Up-to-date",
                                            o -> Json.at(o, "status", "updatedReplicas").asInt(0))
                                    .count(
                                            "Available",
                                            o -> Json.at(o, "status", "availableReplicas").asInt(0))
                                    .age()));

    private static Columns pods() {
        return new BuiltInColumns()
                .column("Ready", BuiltInColumns::readyContainers)
                .column("Status", BuiltInColumns::podStatus)
                .column("Restarts", BuiltInColumns::restarts)
                .age()
                .wide("IP", o -> orNone(Json.text(o, "status", "podIP")))
                .wide("Node", o -> orNone(Json.text(o, "spec", "nodeName")))
                .wide("Nominated Node", o -> orNone(Json.text(o, "status", "nominatedNodeName")))
                .wide("Readiness Gates", o -> NONE);
    }

    private static Columns nodes() {
        return new BuiltInColumns()
                .column("Status", BuiltInColumns::nodeStatus)
                .column("Roles", BuiltInColumns::roles)
                .age()
                .field("Version", "status", "nodeInfo", "kubeletVersion")
                .wide("Internal-IP", o -> address(o, "InternalIP"))
                .wide("External-IP", o -> address(o, "ExternalIP"))
                .wide("OS-Image", o -> orUnknown(Json.text(o, "status", "nodeInfo", "osImage")))
                .wide(
                        "Kernel-Version",
                        o -> orUnknown(Json.text(o, "status", "nodeInfo", "kernelVersion")))
                .wide(
                        "Container-Runtime",
                        o ->
                                orUnknown(
                                        Json.text(
                                                o,
                                                "status",
                                                "nodeInfo",
                                                "containerRuntimeVersion")));
    }

    private static Columns events() {
        BuiltInColumns columns = new BuiltInColumns();
        columns.columns.set(0, Column.wide("Name"));
        columns.columns.addFirst(Column.of("Last Seen"));
        columns.cells.addFirst(o -> TextNode.valueOf(Ages.since(lastSeen(o))));
        return columns.field("Type", "type")
                .field("Reason", "reason")
                .column(
                        "Object",
                        o ->
                                Json.text(o, "involvedObject", "kind").toLowerCase(Locale.ROOT)
                                        + "/"
                                        + Json.text(o, "involvedObject", "name"))
                .wide("Source", o -> Json.text(o, "source", "component"))
                .column("Message", o -> Json.text(o, "message").strip())
                .wide("Count", o -> Long.toString(o.path("count").asLong(1)));
    }

    private static Columns volumes() {
        return new BuiltInColumns()
                .field("Capacity", "spec", "capacity", "storage")
                .column("Access Modes", o -> modes(Json.at(o, "spec", "accessModes")))
                .field("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy")
                .column("Status", BuiltInColumns::phase)
                .column(
                        "Claim",
                        o -> {
                            JsonNode claim = Json.at(o, "spec", "claimRef");
                            return claim.isObject()
                                    ? Json.text(claim, "namespace") + "/" + Json.text(claim, "name")
                                    : "";
                        })
                .field("StorageClass", "spec", "storageClassName")
                .column("VolumeAttributesClass", o -> "<unset>")
                .field("Reason", "status", "reason")
                .age()
                .wide("VolumeMode", o -> Json.text(o, "spec", "volumeMode"));
    }

    private static Columns claims() {
        return new BuiltInColumns()
                .column("Status", BuiltInColumns::phase)
                .field("Volume", "spec", "volumeName")
                .field("Capacity", "status", "capacity", "storage")
                .column("Access Modes", o -> modes(Json.at(o, "status", "accessModes")))
                .field("StorageClass", "spec", "storageClassName")
                .column("VolumeAttributesClass", o -> "<unset>")
                .age()
                .wide("VolumeMode", o -> Json.text(o, "spec", "volumeMode"));
    }

    private static String phase(JsonNode object) {
        return Json.at(object, "metadata").has("deletionTimestamp")
                ? "Terminating"
                : Json.text(object, "status", "phase");
    }

    private static String readyContainers(JsonNode pod) {
        int ready = 0;
        for (JsonNode status : Json.at(pod, "status", "containerStatuses")) {
            ready += status.path("ready").asBoolean(false) ? 1 : 0;
        }
        return ready + "/" + Json.at(pod, "spec", "containers").size();
    }

    private static String podStatus(JsonNode pod) {
        if (pod.path("metadata").has("deletionTimestamp")) {
            return "Terminating";
        }
        for (JsonNode status : Json.at(pod, "status", "containerStatuses")) {
            String waiting = Json.text(status, "state", "waiting", "reason");
            String terminated = Json.text(status, "state", "terminated", "reason");
            if (!(waiting + terminated).isEmpty()) {
                return waiting.isEmpty() ? terminated : waiting;
            }
        }
        String reason = Json.text(pod, "status", "reason");
        return reason.isEmpty() ? Json.text(pod, "status", "phase") : reason;
    }

    private static String restarts(JsonNode pod) {
        long restarts = 0;
        for (JsonNode status : Json.at(pod, "status", "containerStatuses")) {
            restarts += status.path("restartCount").asLong(0);
        }
        return LongNode.valueOf(restarts).asText();
    }

    private static String nodeStatus(JsonNode node) {
        String ready = "Unknown";
        for (JsonNode condition : Json.at(node, "status", "conditions")) {
            if (Json.text(condition, "type").equals("Ready")) {
                ready = Json.text(condition, "status").equals("True") ? "Ready" : "NotReady";
            }
        }
        return Json.at(node, "spec", "unschedulable").asBoolean(false)
                ? ready + ",SchedulingDisabled"
                : ready;
    }

    private static String roles(JsonNode node) {
        String prefix = "node-role.kubernetes.io/";
        TreeSet<String> roles = new TreeSet<>();
        Json.at(node, "metadata", "labels")
                .fieldNames()
                .forEachRemaining(
                        label -> {
                            if (label.startsWith(prefix)) {
                                roles.add(label.substring(prefix.length()));
                            }
                        });
        return orNone(String.join(",", roles));
    }

    private static String address(JsonNode node, String type) {
        for (JsonNode address : Json.at(node, "status", "addresses")) {
            if (Json.text(address, "type").equals(type)) {
                return Json.text(address, "address");
            }
        }
        return NONE;
    }

    private static String lastSeen(JsonNode event) {
        for (String path : List.of("/series/lastObservedTime", "/lastTimestamp", "/eventTime")) {
            String time = event.at(path).asText("");
            if (!time.isEmpty() && !time.equals("null")) {
                return time;
            }
        }
        return Json.text(event, "metadata", "creationTimestamp");
    }

    private static String modes(JsonNode modes) {
        return Json.strings(modes).stream()
                .map(
                        mode ->
                                switch (mode) {
                                    case "ReadWriteOnce" -> "RWO";
                                    case "ReadOnlyMany" -> "ROX";
                                    case "ReadWriteMany" -> "RWX";
                                    case "ReadWriteOncePod" -> "RWOP";
                                    default -> mode;
                                })
                .collect(Collectors.joining(","));
    }

    private static String paramKind(JsonNode policy) {
        JsonNode kind = Json.at(policy, "spec", "paramKind");
        return kind.isObject()
                ? Json.text(kind, "apiVersion") + "/" + Json.text(kind, "kind")
                : "<unset>";
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    private static String orUnset(String text) {
        return text.isEmpty() ? "<unset>" : text;
    }

    private static String orUnknown(String text) {
        return text.isEmpty() ? "<unknown>" : text;
    }
}
