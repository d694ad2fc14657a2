package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.api.Strategy;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** ConfigMaps and Secrets: keys, size, and that they can be frozen. */
final class DataKinds {
    private static final long MAX_DATA = 1L << 20;
    private static final Pattern DATA_KEY = Pattern.compile("[-._a-zA-Z0-9]{1,253}");

    private DataKinds() {}

    static final class ConfigMapStrategy implements Strategy {
        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            return dataErrors(object, before, "data", "binaryData");
        }
    }

    static final class SecretStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            Kinds.fallback(object, "type", "Opaque");
            encode(object);
        }

        @Override
        public void prepareUpdate(ObjectNode object, ObjectNode before) {
            Kinds.fallback(object, "type", "Opaque");
            encode(object);
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            List<FieldError> errors = dataErrors(object, before, "data");
            VolumeKinds.immutable(object, before, "type", errors);
            return errors;
        }

        /** {@code stringData} is for writing only: it ends up in {@code data}. */
        private static void encode(ObjectNode object) {
            JsonNode plain = object.remove("stringData");
            if (plain != null && plain.isObject()) {
                ObjectNode data = Json.child(object, "data");
                for (Map.Entry<String, JsonNode> entry : plain.properties()) {
                    byte[] bytes = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
                    data.put(entry.getKey(), Base64.getEncoder().encodeToString(bytes));
                }
            }
            for (Map.Entry<String, JsonNode> entry : object.path("data").properties()) {
                try {
                    Base64.getDecoder().decode(entry.getValue().asText());
                } catch (IllegalArgumentException e) {
                    throw ApiError.badRequest(
                            "Secret in version \"v1\" cannot be handled as a Secret: illegal base64"
                                    + " data in data."
                                    + entry.getKey());
                }
            }
        }
    }

    /** What ConfigMaps and Secrets have in common: keys, size, and that they can be frozen. */
    private static List<FieldError> dataErrors(
            ObjectNode object, @Nullable ObjectNode before, String... fields) {
        List<FieldError> errors = new ArrayList<>();
        long size = 0;
        boolean frozen = before != null && before.path("immutable").asBoolean(false);
        for (String field : fields) {
            for (Map.Entry<String, JsonNode> entry : object.path(field).properties()) {
                if (!DATA_KEY.matcher(entry.getKey()).matches()) {
                    errors.add(
                            FieldError.invalid(
                                    field + "[" + entry.getKey() + "]",
                                    FieldError.quoted(entry.getKey()),
                                    "a valid config key must consist of alphanumeric characters,"
                                            + " '-', '_' or '.'"));
                }
                size += entry.getValue().asText().length();
            }
            if (frozen && before != null && !object.path(field).equals(before.path(field))) {
                errors.add(
                        FieldError.forbidden(field, "field is immutable when `immutable` is set"));
            }
        }
        if (size > MAX_DATA) {
            errors.add(FieldError.tooLong("", MAX_DATA));
        }
        return errors;
    }
}
