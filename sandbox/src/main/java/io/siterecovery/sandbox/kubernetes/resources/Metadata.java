package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for {@code metadata}, the same for every kind. */
final class Metadata {
    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SUFFIX_LENGTH = 5;
    private static final int MAX_NAME = 253;
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final int MAX_ANNOTATION_BYTES = 256 << 10;
    private static final Pattern QUALIFIED_NAME =
            Pattern.compile(
                    "([a-z0-9][-a-z0-9.]{0,252}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern PATH_SEGMENT = Pattern.compile("(?!\\.{1,2}$)[^/%]{1,253}");
    private static final Pattern LABEL_VALUE =
            Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
    private static final Set<String> SERVER_OWNED =
            Set.of("uid", "creationTimestamp", "selfLink", "generation", "managedFields");

    private Metadata() {}

    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Takes over what only the server decides, for a new object. */
    static void begin(ObjectNode object, boolean countsGenerations) {
        ObjectNode meta = Json.meta(object);
        meta.remove(List.of("selfLink", "managedFields", "deletionTimestamp", "generation"));
        meta.remove("deletionGracePeriodSeconds");
        if (!Json.text(meta, "resourceVersion").isEmpty()) {
            // The real API server blames itself (500); that would hide our own faults in tests.
            throw ApiError.badRequest("resourceVersion should not be set on objects to be created");
        }
        meta.remove("resourceVersion");
        if (Json.text(meta, "name").isEmpty() && !Json.text(meta, "generateName").isEmpty()) {
            meta.put("name", Json.text(meta, "generateName") + suffix());
        }
        meta.put("uid", UUID.randomUUID().toString()).put("creationTimestamp", now());
        if (countsGenerations) {
            meta.put("generation", 1);
        }
    }

    /** Carries over what an update cannot change. */
    static void carryOver(ApiResource resource, ObjectNode object, ObjectNode before) {
        ObjectNode meta = Json.meta(object);
        ObjectNode old = Json.meta(before);
        JsonNode deletion = meta.path("deletionTimestamp");
        if (deletion.isTextual() && !deletion.equals(old.path("deletionTimestamp"))) {
            throw ApiError.invalid(
                    resource,
                    Json.text(old, "name"),
                    List.of(
                            FieldError.invalid(
                                    "metadata.deletionTimestamp",
                                    FieldError.shown(deletion),
                                    "field is immutable")));
        }
        SERVER_OWNED.forEach(field -> Json.copyField(old, meta, field));
        for (String field :
                List.of(
                        "name",
                        "namespace",
                        "generateName",
                        "resourceVersion",
                        "deletionTimestamp",
                        "deletionGracePeriodSeconds")) {
            Json.copyField(old, meta, field);
        }
        for (String field : List.of("labels", "annotations")) {
            // null and absent are the same to the real API server, which decodes into Go types.
            if (meta.path(field).isNull()) {
                meta.remove(field);
            }
        }
    }

    static List<FieldError> validate(
            ApiResource resource, ObjectNode object, @Nullable ObjectNode before) {
        List<FieldError> errors = new ArrayList<>();
        JsonNode meta = object.path("metadata");
        if (before == null) {
            name(resource, meta, errors);
        }
        for (Map.Entry<String, JsonNode> label : meta.path("labels").properties()) {
            label(label, errors);
        }
        annotations(meta.path("annotations"), errors);
        for (JsonNode finalizer : meta.path("finalizers")) {
            if (!QUALIFIED_NAME.matcher(finalizer.asText()).matches()) {
                errors.add(
                        FieldError.invalid(
                                "metadata.finalizers", FieldError.shown(finalizer), NAME_PART));
            }
        }
        owners(meta.path("ownerReferences"), errors);
        if (before != null
                && meta.has("deletionTimestamp")
                && !Json.strings(before.path("metadata").path("finalizers"))
                        .containsAll(Json.strings(meta.path("finalizers")))) {
            errors.add(
                    FieldError.forbidden(
                            "metadata.finalizers",
                            "no new finalizers can be added if the object is being deleted"));
        }
        return errors;
    }

    private static void name(ApiResource resource, JsonNode meta, List<FieldError> errors) {
        String name = Json.text(meta, "name");
        if (name.isEmpty()) {
            errors.add(FieldError.required("metadata.name", "name or generateName is required"));
            return;
        }
        if (resource.group().equals("rbac.authorization.k8s.io")) {
            if (!PATH_SEGMENT.matcher(name).matches()) {
                errors.add(
                        FieldError.invalid(
                                "metadata.name",
                                FieldError.quoted(name),
                                "may not be '.', '..' or contain '/' or '%'"));
            }
            return;
        }
        if (resource.table().equals("namespaces") && !DNS_LABEL.matcher(name).matches()) {
            errors.add(
                    FieldError.invalid(
                            "metadata.name",
                            FieldError.quoted(name),
                            "a lowercase RFC 1123 label must consist of lower case alphanumeric"
                                    + " characters or '-', and must start and end with an"
                                    + " alphanumeric character"));
            return;
        }
        if (!SUBDOMAIN.matcher(name).matches()) {
            errors.add(
                    FieldError.invalid(
                            "metadata.name",
                            FieldError.quoted(name),
                            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
                                    + " characters, '-' or '.', and must start and end with an"
                                    + " alphanumeric character (e.g. 'example.com', regex used for"
                                    + " validation is"
                                    + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"));
        } else if (name.length() > MAX_NAME) {
            errors.add(
                    FieldError.invalid(
                            "metadata.name",
                            FieldError.quoted(name),
                            "must be no more than " + MAX_NAME + " characters"));
        }
    }

    private static void annotations(JsonNode annotations, List<FieldError> errors) {
        long size = 0;
        for (Map.Entry<String, JsonNode> entry : annotations.properties()) {
            size += entry.getKey().length() + entry.getValue().asText().length();
            if (!QUALIFIED_NAME.matcher(entry.getKey().toLowerCase(Locale.ROOT)).matches()) {
                errors.add(
                        FieldError.invalid(
                                "metadata.annotations",
                                FieldError.quoted(entry.getKey()),
                                NAME_PART));
            }
        }
        if (size > MAX_ANNOTATION_BYTES) {
            errors.add(FieldError.tooLong("metadata.annotations", MAX_ANNOTATION_BYTES));
        }
    }

    private static void owners(JsonNode owners, List<FieldError> errors) {
        for (JsonNode owner : owners) {
            for (String field : List.of("apiVersion", "kind", "name", "uid")) {
                if (Json.text(owner, field).isEmpty()) {
                    errors.add(
                            FieldError.invalid(
                                    "metadata.ownerReferences." + field,
                                    "\"\"",
                                    field + " must not be empty"));
                }
            }
        }
    }

    private static final String NAME_PART =
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start"
                    + " and end with an alphanumeric character";

    private static void label(Map.Entry<String, JsonNode> label, List<FieldError> errors) {
        if (!QUALIFIED_NAME.matcher(label.getKey()).matches()) {
            errors.add(
                    FieldError.invalid(
                            "metadata.labels", FieldError.quoted(label.getKey()), NAME_PART));
        }
        String value = label.getValue().asText();
        if (!LABEL_VALUE.matcher(value).matches()) {
            errors.add(
                    FieldError.invalid(
                            "metadata.labels",
                            FieldError.quoted(value),
                            "a valid label must be an empty string or consist of alphanumeric"
                                    + " characters, '-', '_' or '.', and must start and end with an"
                                    + " alphanumeric character"));
        }
    }

    private static String suffix() {
        StringBuilder suffix = new StringBuilder(SUFFIX_LENGTH);
        for (int i = 0; i < SUFFIX_LENGTH; i++) {
            suffix.append(
                    SUFFIX_LETTERS.charAt(
                            ThreadLocalRandom.current().nextInt(SUFFIX_LETTERS.length())));
        }
        return suffix.toString();
    }
}
