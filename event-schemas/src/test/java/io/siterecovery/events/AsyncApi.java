package io.siterecovery.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/**
 * Makes the AsyncAPI document of a deployment's event stream from the topics, the event types,
 * their published schemas and their examples.
 */
final class AsyncApi {

    private static final ObjectMapper YAML =
            YAMLMapper.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                    .build();
    private static final String INTRODUCTION =
            """
            Everything that Site Recovery sees and does for one deployment, as CloudEvents 1.0 in Kafka's binary mode: the attributes are headers (ce_*), the value is JSON.

            How to read it:
            - A deployment's topics can be read with its own reader credential (Secret kafka-reader in its namespace), and with no other. It may use consumer groups that begin with dr-<deployment>. and may not write.
            - Order holds within a key. Each topic has one partition.
            - A record's timestamp is the broker's, of when it was appended; ce_time is when it was observed.
            - An event is delivered at least once. ce_id tells one event from another.
            - Event types, properties of objects and words that you do not know will come: pass over them. What is there today stays as it is for as long as its type ends in the same .v<n>.
            """;

    private final ObjectNode document = object();
    private final ObjectNode channels = object();
    private final ObjectNode operations = object();
    private final ObjectNode messages = object();
    private final ObjectNode schemas = object();

    private AsyncApi() {}

    static ObjectNode document() throws IOException {
        return new AsyncApi().made();
    }

    static String write(JsonNode document) throws IOException {
        return YAML.writeValueAsString(document);
    }

    static ObjectNode read(String yaml) throws IOException {
        return (ObjectNode) YAML.readTree(yaml);
    }

    /** Whether a value is what a document says of a type's messages. */
    static OutputUnit validate(ObjectNode document, String type, JsonNode value) {
        ObjectNode schema = document.deepCopy();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$ref", "#/components/schemas/" + type);
        return Validator.create(
                        JsonSchema.of(new JsonObject(schema.toString())),
                        new JsonSchemaOptions()
                                .setDraft(Draft.DRAFT202012)
                                .setBaseUri("https://siterecovery.invalid/"))
                .validate(new JsonObject(value.toString()));
    }

    private ObjectNode made() throws IOException {
        document.put("asyncapi", "3.0.0");
        document.putObject("info")
                .put("title", "Site Recovery: the event stream of a deployment")
                .put("version", "1.0.0")
                .put("description", INTRODUCTION);
        document.put("defaultContentType", "application/json");
        servers();
        document.set("channels", channels);
        document.set("operations", operations);
        ObjectNode components = document.putObject("components");
        components.set("messages", messages);
        components.set("schemas", schemas);
        components
                .putObject("securitySchemes")
                .putObject("reader")
                .put("type", "scramSha512")
                .put("description", "The keys user and password of the Secret kafka-reader.");
        components
                .putObject("correlationIds")
                .putObject("failover")
                .put("description", "uid of the Failover that the event is part of")
                .put("location", "$message.header#/ce_correlationid");
        schemas.set("headers", headers());
        for (TenantTopic topic : TenantTopic.values()) {
            channel(topic);
        }
        return document;
    }

    private void servers() {
        ObjectNode kafka = document.putObject("servers").putObject("kafka");
        kafka.put("host", "{bootstrapServers}").put("protocol", "kafka-secure");
        kafka.putObject("variables")
                .putObject("bootstrapServers")
                .put("description", "The key bootstrap.servers of the Secret kafka-reader.");
        kafka.putArray("security").add(reference("components/securitySchemes/reader"));
    }

    private void channel(TenantTopic topic) throws IOException {
        String name = topic.suffix();
        ObjectNode channel = channels.putObject(name);
        channel.put("address", topic.of("{deployment}")).put("description", topic.description());
        channel.putObject("parameters")
                .putObject("deployment")
                .put("description", "Name of the deployment.");
        ObjectNode carried = channel.putObject("messages");
        if (topic.carries().isEmpty()) {
            carried.set("asReceived", reference("components/messages/asReceived"));
            messages.set("asReceived", asReceived());
        }
        for (TenantTopic.Carried event : topic.carries()) {
            carried.set(
                    event.type().type(), reference("components/messages/" + event.type().type()));
            messages.set(event.type().type(), message(event));
        }
        if (topic.keeping() instanceof TenantTopic.Keeping.LatestOfKey) {
            carried.set("gone", reference("components/messages/gone"));
            messages.set("gone", gone());
        }
        ObjectNode kafka = channel.putObject("bindings").putObject("kafka");
        kafka.put("partitions", 1);
        settings(kafka.putObject("topicConfiguration"), topic.settings());
        kafka.put("bindingVersion", "0.5.0");

        ObjectNode operation =
                operations.putObject(
                        "tell" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1));
        operation.put("action", "send").set("channel", reference("channels/" + name));
        operation.put("summary", "Site Recovery writes; you read.");
    }

    private static void settings(ObjectNode configuration, Map<String, String> settings) {
        settings.forEach(
                (name, value) -> {
                    if (name.equals("cleanup.policy")) {
                        configuration.putArray(name).add(value);
                    } else {
                        configuration.put(name, Long.parseLong(value));
                    }
                });
    }

    private ObjectNode message(TenantTopic.Carried event) throws IOException {
        EventType type = event.type();
        JsonNode schema = Published.schema(type);
        ObjectNode message = object();
        message.put("name", type.type());
        message.set("summary", schema.path("description"));
        ObjectNode headers = message.putObject("headers");
        headers.putArray("allOf")
                .add(reference("components/schemas/headers"))
                .add(
                        object().put("type", "object")
                                .set(
                                        "properties",
                                        object().set(
                                                        "ce_type",
                                                        object().put("const", type.type()))));
        message.set("payload", reference("components/schemas/" + hoisted(type, schema)));
        if (type == EventType.OPERATION_STEP) {
            message.set("correlationId", reference("components/correlationIds/failover"));
        }
        key(message, event.key().text(), event.key().pattern());
        message.putArray("examples").addObject().set("payload", Published.golden(type));
        return message;
    }

    private static ObjectNode gone() {
        ObjectNode message = object();
        message.put("name", "gone")
                .put("summary", "What the key names is no longer there.")
                .putObject("payload")
                .put("type", "null");
        key(message, "the key of what is gone", "^.+$");
        return message;
    }

    private static ObjectNode asReceived() {
        ObjectNode message = object();
        message.put("name", "as received").put("summary", "A record that fits no schema.");
        message.put("contentType", "application/octet-stream");
        ObjectNode headers = message.putObject("headers").put("type", "object");
        headers.putArray("required")
                .add("siterecovery-poison-reason")
                .add("siterecovery-poison-origin");
        ObjectNode properties = headers.putObject("properties");
        text(
                properties,
                "siterecovery-poison-reason",
                "What is wrong, with the place of the fault");
        text(properties, "siterecovery-poison-origin", "The record: <topic>@<offset>");
        message.putObject("payload").put("description", "Any bytes.");
        return message;
    }

    private static ObjectNode headers() {
        ObjectNode headers = object();
        headers.put("type", "object")
                .put("description", "The attributes of CloudEvents 1.0 in Kafka's binary mode.");
        for (String required :
                "ce_specversion ce_id ce_type ce_source ce_subject ce_time content-type"
                        .split(" ", -1)) {
            headers.withArray("required").add(required);
        }
        ObjectNode properties = headers.putObject("properties");
        text(properties, "ce_specversion", "1.0");
        text(properties, "ce_id", "Unlike that of every other event of the same source");
        text(properties, "ce_type", "What the value is: io.siterecovery.<noun>.<fact>.v<n>");
        text(properties, "ce_source", "Who saw it: /clusters/<cluster>[/nodes/<node>]");
        text(properties, "ce_subject", "The record's key");
        text(properties, "ce_time", "When it was observed, RFC 3339").put("format", "date-time");
        text(properties, "ce_tenant", "The deployment");
        text(properties, "ce_sequence", "Grows with each event of one source, where it is said");
        text(properties, "ce_correlationid", "uid of the Failover that it is part of");
        text(
                properties,
                "ce_term",
                "Of the writer of a topic that keeps the last of each key: a later writer has a"
                        + " higher one");
        text(properties, "content-type", "application/json");
        return headers;
    }

    /** Puts the schema, and those it refers to, where messages of all types find them. */
    private String hoisted(EventType type, JsonNode published) {
        ObjectNode schema = published.deepCopy();
        schema.remove("$schema");
        schema.remove("$id");
        JsonNode definitions = schema.remove("$defs");
        ObjectNode rewritten = hoistedReferences(schema);
        schemas.set(type.type(), rewritten);
        if (definitions != null) {
            definitions
                    .properties()
                    .forEach(
                            definition -> {
                                ObjectNode one = hoistedReferences(definition.getValue());
                                JsonNode before = schemas.get(definition.getKey());
                                if (before != null && !before.equals(one)) {
                                    throw new IllegalStateException(
                                            "two schemas of one name: " + definition.getKey());
                                }
                                schemas.set(definition.getKey(), one);
                            });
        }
        return type.type();
    }

    private static ObjectNode hoistedReferences(JsonNode schema) {
        ObjectNode copy = schema.deepCopy();
        copy.findParents("$ref")
                .forEach(
                        parent ->
                                ((ObjectNode) parent)
                                        .put(
                                                "$ref",
                                                parent.path("$ref")
                                                        .asText()
                                                        .replace(
                                                                "#/$defs/",
                                                                "#/components/schemas/")));
        return copy;
    }

    private static void key(ObjectNode message, String text, String pattern) {
        ObjectNode kafka = message.putObject("bindings").putObject("kafka");
        kafka.putObject("key")
                .put("type", "string")
                .put("description", text)
                .put("pattern", pattern);
        kafka.put("bindingVersion", "0.5.0");
    }

    private static ObjectNode text(ObjectNode properties, String name, String description) {
        return properties.putObject(name).put("type", "string").put("description", description);
    }

    private static ObjectNode reference(String path) {
        return object().put("$ref", "#/" + path);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
