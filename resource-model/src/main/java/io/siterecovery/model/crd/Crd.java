package io.siterecovery.model.crd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.model.FailoverSpec;
import io.siterecovery.model.FailoverStatus;
import io.siterecovery.model.GroupOwnershipSpec;
import io.siterecovery.model.ProtectionGroupSpec;
import io.siterecovery.model.ProtectionGroupStatus;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ProtectionZoneStatus;
import io.siterecovery.model.ResourceKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One CustomResourceDefinition of ours; {@link #ALL} is the list that is installed.
 *
 * <p>The aliases have plurals of their own: with equal plurals {@code kubectl get protectiongroup}
 * would find the group that comes first in the alphabet and miss ours.
 *
 * @param status absent: everything is in {@code spec}
 */
public record Crd(
        String fileName,
        ResourceKind kind,
        String singular,
        List<String> shortNames,
        String description,
        Class<?> spec,
        @Nullable Class<?> status,
        List<Column> columns) {

    private static final List<Column> GROUP_COLUMNS =
            List.of(
                    Column.text("State", ".status.state"),
                    Column.number("VMs", ".status.vmCount"),
                    Column.text("Replication", ".status.replication"),
                    Column.text("Health", ".status.replicationHealth"),
                    Column.text("Desired", ".spec.desiredState"),
                    Column.text("Current", ".status.currentState"),
                    Column.AGE,
                    Column.text("Sync", ".status.syncState").wide(),
                    Column.text("Active On", ".status.activeCluster").wide());

    private static final List<Column> FAILOVER_COLUMNS =
            List.of(
                    Column.text("Phase", ".status.phase"),
                    Column.text("State", ".status.state"),
                    Column.text("Status", ".status.status"),
                    Column.AGE,
                    Column.text("Group", ".spec.protectionGroup").wide(),
                    Column.text("Target", ".spec.targetCluster").wide(),
                    Column.text("Step", ".status.step").wide());

    public static final Crd PROTECTION_GROUP =
            new Crd(
                    "protection-group-crd.yaml",
                    ResourceKind.PROTECTION_GROUP,
                    "protectiongroup",
                    List.of("pg"),
                    "Virtual machines that are protected and moved between two sites together.",
                    ProtectionGroupSpec.class,
                    ProtectionGroupStatus.class,
                    GROUP_COLUMNS);

    public static final Crd FAILOVER =
            new Crd(
                    "failover-crd.yaml",
                    ResourceKind.FAILOVER,
                    "failover",
                    List.of("fo"),
                    "The order to move a ProtectionGroup to another cluster, and how it went.",
                    FailoverSpec.class,
                    FailoverStatus.class,
                    FAILOVER_COLUMNS);

    public static final Crd GROUP_OWNERSHIP =
            new Crd(
                    "group-ownership-crd.yaml",
                    ResourceKind.GROUP_OWNERSHIP,
                    "groupownership",
                    List.of("own"),
                    "Who may run a ProtectionGroup, and its lock. Written by Site Recovery alone.",
                    GroupOwnershipSpec.class,
                    null,
                    List.of(
                            Column.text("At", ".spec.holder.at"),
                            Column.text("Moving To", ".spec.holder.moving.to"),
                            Column.number("Epoch", ".spec.epoch"),
                            Column.text("Operation", ".spec.operationName"),
                            Column.AGE));

    public static final Crd PROTECTION_ZONE =
            new Crd(
                    "protection-zone-crd.yaml",
                    ResourceKind.PROTECTION_ZONE,
                    "protectionzone",
                    List.of("pz"),
                    "The two clusters of a deployment and how it wants to be treated.",
                    ProtectionZoneSpec.class,
                    ProtectionZoneStatus.class,
                    List.of(
                            Column.text("Primary", ".spec.primary.name"),
                            Column.text("DR", ".spec.dr.name"),
                            Column.text("Phase", ".status.phase"),
                            Column.AGE,
                            Column.text("Storage", ".spec.storageModel").wide(),
                            Column.text("On Failure", ".spec.failureResponse").wide()));

    public static final Crd PROTECTION_GROUP_ALIAS =
            new Crd(
                    "protection-group-alias-crd.yaml",
                    ResourceKind.ALIAS_PROTECTION_GROUP,
                    "drlinstorprotectiongroup",
                    List.of("drpg"),
                    "Another name of " + ResourceKind.PROTECTION_GROUP.qualified() + ".",
                    ProtectionGroupSpec.class,
                    ProtectionGroupStatus.class,
                    GROUP_COLUMNS);

    public static final Crd FAILOVER_ALIAS =
            new Crd(
                    "failover-alias-crd.yaml",
                    ResourceKind.ALIAS_FAILOVER,
                    "drlinstorfailover",
                    List.of("drfo"),
                    "Another name of " + ResourceKind.FAILOVER.qualified() + ".",
                    FailoverSpec.class,
                    FailoverStatus.class,
                    FAILOVER_COLUMNS);

    public static final List<Crd> ALL =
            List.of(
                    PROTECTION_GROUP,
                    FAILOVER,
                    GROUP_OWNERSHIP,
                    PROTECTION_ZONE,
                    PROTECTION_GROUP_ALIAS,
                    FAILOVER_ALIAS);

    private static final YAMLMapper YAML =
            YAMLMapper.builder(
                            YAMLFactory.builder()
                                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                                    .build())
                    .build();

    /**
     * @param type an OpenAPI type
     * @param priority 0: always printed; 1: with {@code -o wide}
     */
    public record Column(String name, String type, String path, int priority) {

        static final Column AGE = new Column("Age", "date", ".metadata.creationTimestamp", 0);

        static Column text(String name, String path) {
            return new Column(name, "string", path, 0);
        }

        static Column number(String name, String path) {
            return new Column(name, "integer", path, 0);
        }

        Column wide() {
            return new Column(name, type, path, 1);
        }
    }

    /** The definition as kubectl applies it. */
    public ObjectNode toJson() {
        ObjectNode crd = JsonNodeFactory.instance.objectNode();
        crd.put("apiVersion", ResourceKind.CUSTOM_RESOURCE_DEFINITION.apiVersion());
        crd.put("kind", ResourceKind.CUSTOM_RESOURCE_DEFINITION.kind());
        crd.putObject("metadata").put("name", kind.plural() + "." + kind.group());
        ObjectNode crdSpec = crd.putObject("spec");
        crdSpec.put("group", kind.group());
        crdSpec.put("scope", kind.namespaced() ? "Namespaced" : "Cluster");
        ObjectNode names = crdSpec.putObject("names");
        names.put("kind", kind.kind()).put("listKind", kind.kind() + "List");
        names.put("plural", kind.plural()).put("singular", singular);
        ArrayNode shorts = names.putArray("shortNames");
        shortNames.forEach(shorts::add);
        ObjectNode version = crdSpec.putArray("versions").addObject();
        version.put("name", kind.version()).put("served", true).put("storage", true);
        if (status != null) {
            version.putObject("subresources").putObject("status");
        }
        ArrayNode printed = version.putArray("additionalPrinterColumns");
        for (Column column : columns) {
            ObjectNode out = printed.addObject().put("name", column.name());
            out.put("type", column.type()).put("jsonPath", column.path());
            if (column.priority() > 0) {
                out.put("priority", column.priority());
            }
        }
        version.putObject("schema").set("openAPIV3Schema", rootSchema());
        return crd;
    }

    public String toYaml() {
        try {
            return "# Generated from the records of resource-model.\n"
                    + YAML.writeValueAsString(toJson());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + fileName, e);
        }
    }

    private ObjectNode rootSchema() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("description", description).put("type", "object");
        root.putArray("required").add("spec");
        ObjectNode properties = root.putObject("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        ObjectNode metadata = properties.putObject("metadata").put("type", "object");
        metadata.putObject("properties")
                .putObject("name")
                .put("type", "string")
                .put("maxLength", namesOthers() ? Names.OWN_NAME_LENGTH : Names.SUBDOMAIN_LENGTH);
        properties.set("spec", described("What is wished.", spec));
        if (status != null) {
            properties.set("status", described("What was seen.", status));
        }
        return root;
    }

    private static ObjectNode described(String description, Class<?> part) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("description", description);
        return schema.setAll(SchemaReader.objectSchema(part));
    }

    /** Others carry the names of these in theirs: {@code <cluster>.<namespace>.<name>}. */
    private boolean namesOthers() {
        return spec == ProtectionGroupSpec.class || spec == ProtectionZoneSpec.class;
    }
}
