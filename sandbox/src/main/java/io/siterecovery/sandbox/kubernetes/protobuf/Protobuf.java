package io.siterecovery.sandbox.kubernetes.protobuf;

import static io.siterecovery.sandbox.kubernetes.protobuf.Message.Type.BOOLEAN;
import static io.siterecovery.sandbox.kubernetes.protobuf.Message.Type.BYTES_MAP;
import static io.siterecovery.sandbox.kubernetes.protobuf.Message.Type.MESSAGE;
import static io.siterecovery.sandbox.kubernetes.protobuf.Message.Type.MESSAGES;
import static io.siterecovery.sandbox.kubernetes.protobuf.Message.Type.NUMBER;
import static io.siterecovery.sandbox.kubernetes.protobuf.Message.Type.TEXT;
import static io.siterecovery.sandbox.kubernetes.protobuf.Message.Type.TEXTS;
import static io.siterecovery.sandbox.kubernetes.protobuf.Message.Type.TEXT_MAP;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.protobuf.Message.Field;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads bodies of {@code application/vnd.kubernetes.protobuf}. kubectl 1.32 and later send them for
 * {@code create configmap}, {@code create namespace}, {@code auth whoami} and the like, and give up
 * on 415. Only those kinds are known here; numbers and names are those of Kubernetes' .proto files.
 */
public final class Protobuf {
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";
    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final int ENVELOPE_TYPE = 1;
    private static final int ENVELOPE_RAW = 2;

    private static final Message META =
            new Message(
                    Map.of(
                            1, Field.of("name", TEXT),
                            2, Field.of("generateName", TEXT),
                            3, Field.of("namespace", TEXT),
                            5, Field.of("uid", TEXT),
                            6, Field.of("resourceVersion", TEXT),
                            11, Field.of("labels", TEXT_MAP),
                            12, Field.of("annotations", TEXT_MAP),
                            14, Field.of("finalizers", TEXTS)));

    private static final Field METADATA = new Field("metadata", MESSAGE, META);

    private static final Message BARE = new Message(Map.of(1, METADATA));

    private static final Message RULE =
            new Message(
                    Map.of(
                            1, Field.of("verbs", TEXTS),
                            2, Field.of("apiGroups", TEXTS),
                            3, Field.of("resources", TEXTS),
                            4, Field.of("resourceNames", TEXTS),
                            5, Field.of("nonResourceURLs", TEXTS)));

    private static final Message ROLE =
            new Message(Map.of(1, METADATA, 2, new Field("rules", MESSAGES, RULE)));

    private static final Message BINDING =
            new Message(
                    Map.of(
                            1,
                            METADATA,
                            2,
                            new Field(
                                    "subjects",
                                    MESSAGES,
                                    texts("kind", "apiGroup", "name", "namespace")),
                            3,
                            new Field("roleRef", MESSAGE, texts("apiGroup", "kind", "name"))));

    private static final Message ACCESS_REVIEW =
            new Message(
                    Map.of(
                            1,
                            METADATA,
                            2,
                            new Field(
                                    "spec",
                                    MESSAGE,
                                    new Message(
                                            Map.of(
                                                    1,
                                                    new Field(
                                                            "resourceAttributes",
                                                            MESSAGE,
                                                            texts(
                                                                    "namespace",
                                                                    "verb",
                                                                    "group",
                                                                    "version",
                                                                    "resource",
                                                                    "subresource",
                                                                    "name")),
                                                    2,
                                                    new Field(
                                                            "nonResourceAttributes",
                                                            MESSAGE,
                                                            texts("path", "verb")))))));

    private static final Message RULES_REVIEW =
            new Message(Map.of(1, METADATA, 2, new Field("spec", MESSAGE, texts("namespace"))));

    private static final Message TOKEN_REQUEST =
            new Message(
                    Map.of(
                            1,
                            METADATA,
                            2,
                            new Field(
                                    "spec",
                                    MESSAGE,
                                    new Message(
                                            Map.of(
                                                    1,
                                                    Field.of("audiences", TEXTS),
                                                    3,
                                                    new Field(
                                                            "boundObjectRef",
                                                            MESSAGE,
                                                            texts(
                                                                    "kind",
                                                                    "apiVersion",
                                                                    "name",
                                                                    "uid")),
                                                    4,
                                                    Field.of("expirationSeconds", NUMBER))))));

    private static final Map<String, Message> KINDS =
            Map.ofEntries(
                    Map.entry("Namespace", BARE),
                    Map.entry("ServiceAccount", BARE),
                    Map.entry("SelfSubjectReview", BARE),
                    Map.entry("SelfSubjectAccessReview", ACCESS_REVIEW),
                    Map.entry("SelfSubjectRulesReview", RULES_REVIEW),
                    Map.entry("TokenRequest", TOKEN_REQUEST),
                    Map.entry("Role", ROLE),
                    Map.entry("ClusterRole", ROLE),
                    Map.entry("RoleBinding", BINDING),
                    Map.entry("ClusterRoleBinding", BINDING),
                    Map.entry(
                            "ConfigMap",
                            new Message(
                                    Map.of(
                                            1, METADATA,
                                            2, Field.of("data", TEXT_MAP),
                                            3, Field.of("binaryData", BYTES_MAP),
                                            4, Field.of("immutable", BOOLEAN)))),
                    Map.entry(
                            "Secret",
                            new Message(
                                    Map.of(
                                            1, METADATA,
                                            2, Field.of("data", BYTES_MAP),
                                            3, Field.of("type", TEXT),
                                            4, Field.of("stringData", TEXT_MAP),
                                            5, Field.of("immutable", BOOLEAN)))),
                    Map.entry(
                            "DeleteOptions",
                            new Message(
                                    Map.of(
                                            1,
                                            Field.of("gracePeriodSeconds", NUMBER),
                                            2,
                                            new Field(
                                                    "preconditions",
                                                    MESSAGE,
                                                    texts("uid", "resourceVersion")),
                                            4,
                                            Field.of("propagationPolicy", TEXT),
                                            5,
                                            Field.of("dryRun", TEXTS)))));

    private Protobuf() {}

    /** The object as JSON; empty for a kind that is not known here or a body that is not right. */
    public static Optional<ObjectNode> read(byte[] body) {
        if (body.length < MAGIC.length
                || !Arrays.equals(Arrays.copyOf(body, MAGIC.length), MAGIC)) {
            return Optional.empty();
        }
        try {
            return object(Arrays.copyOfRange(body, MAGIC.length, body.length));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<ObjectNode> object(byte[] envelope) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(envelope);
        ObjectNode type = Json.object();
        byte[] raw = {};
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case ENVELOPE_TYPE -> type = texts("apiVersion", "kind").read(in.readByteArray());
                case ENVELOPE_RAW -> raw = in.readByteArray();
                default -> in.skipField(tag);
            }
        }
        Message message = KINDS.get(Json.text(type, "kind"));
        if (message == null) {
            return Optional.empty();
        }
        ObjectNode object = type;
        object.setAll(message.read(raw));
        return Optional.of(object);
    }

    /** A message of texts, numbered from 1. */
    private static Message texts(String... names) {
        Map<Integer, Field> fields = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            fields.put(i + 1, Field.of(names[i], TEXT));
        }
        return new Message(Map.copyOf(fields));
    }
}
