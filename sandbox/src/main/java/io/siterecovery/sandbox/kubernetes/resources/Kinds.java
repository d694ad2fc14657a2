package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.admission.ValidatingPolicies;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.api.Strategy;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What single built-in kinds do to their objects. */
final class Kinds {
    private static final long POD_GRACE_SECONDS = 30;

    private Kinds() {}

    static final Strategy COUNTED =
            new Strategy() {
                @Override
                public boolean countsGenerations() {
                    return true;
                }
            };

    /** A new object's status is the controllers' to write, whatever its maker put there. */
    record StatusStrategy(String field, boolean counted) implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            ObjectNode status = object.putObject("status");
            if (!field.isEmpty()) {
                status.put(field, false);
            }
        }

        @Override
        public boolean countsGenerations() {
            return counted;
        }
    }

    static final class NamespaceStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            String name = Json.text(object, "metadata", "name");
            Json.child(Json.meta(object), "labels").put("kubernetes.io/metadata.name", name);
            Json.child(object, "spec").putArray("finalizers").add("kubernetes");
            object.putObject("status").put("phase", "Active");
        }

        @Override
        public void prepareUpdate(ObjectNode object, ObjectNode before) {
            Json.copyField(before, object, "spec");
        }
    }

    static final class PodStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            ObjectNode spec = Json.child(object, "spec");
            fallback(spec, "restartPolicy", "Always");
            fallback(spec, "dnsPolicy", "ClusterFirst");
            fallback(spec, "schedulerName", "default-scheduler");
            if (!spec.has("terminationGracePeriodSeconds")) {
                spec.put("terminationGracePeriodSeconds", POD_GRACE_SECONDS);
            }
            object.putObject("status").put("phase", "Pending").put("qosClass", "BestEffort");
        }

        /** A pod on a node waits until its kubelet deletes it with a grace period of 0. */
        @Override
        public long gracePeriodSeconds(ObjectNode object) {
            String phase = Json.text(object, "status", "phase");
            boolean runs =
                    !Json.text(object, "spec", "nodeName").isEmpty()
                            && !phase.equals("Succeeded")
                            && !phase.equals("Failed");
            return runs
                    ? object.path("spec")
                            .path("terminationGracePeriodSeconds")
                            .asLong(POD_GRACE_SECONDS)
                    : 0;
        }
    }

    record PhaseStrategy(String first) implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            object.putObject("status").put("phase", first);
            ObjectNode spec = Json.child(object, "spec");
            fallback(spec, "volumeMode", "Filesystem");
            if (Json.text(object, "kind").equals("PersistentVolume")) {
                fallback(spec, "persistentVolumeReclaimPolicy", "Retain");
            }
        }
    }

    static final class StorageClassStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            fallback(object, "reclaimPolicy", "Delete");
            fallback(object, "volumeBindingMode", "Immediate");
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            return Json.text(object, "provisioner").isEmpty()
                    ? List.of(FieldError.required("provisioner", ""))
                    : List.of();
        }
    }

    static final class ConfigMapStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            requireTexts(object, "data");
        }

        @Override
        public void prepareUpdate(ObjectNode object, ObjectNode before) {
            requireTexts(object, "data");
        }
    }

    static final class SecretStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            fallback(object, "type", "Opaque");
            encode(object);
        }

        @Override
        public void prepareUpdate(ObjectNode object, ObjectNode before) {
            fallback(object, "type", "Opaque");
            encode(object);
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            List<FieldError> errors = new ArrayList<>();
            if (before != null && !before.path("type").equals(object.path("type"))) {
                errors.add(
                        FieldError.invalid(
                                "type",
                                FieldError.shown(object.path("type")),
                                "field is immutable"));
            }
            return errors;
        }

        /** {@code stringData} is for writing only: it ends up in {@code data}. */
        private static void encode(ObjectNode object) {
            requireTexts(object, "data");
            requireTexts(object, "stringData");
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

    static final class PolicyStrategy implements Strategy {
        @Override
        public boolean countsGenerations() {
            return true;
        }

        @Override
        public void prepareCreate(ObjectNode object) {
            fallback(Json.child(object, "spec"), "failurePolicy", "Fail");
            object.putObject("status").put("observedGeneration", 1).putObject("typeChecking");
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            return ValidatingPolicies.faults(object);
        }
    }

    static final class BindingStrategy implements Strategy {
        @Override
        public boolean countsGenerations() {
            return true;
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            List<FieldError> errors = new ArrayList<>();
            JsonNode spec = object.path("spec");
            if (Json.text(spec, "policyName").isEmpty()) {
                errors.add(FieldError.required("spec.policyName", ""));
            }
            if (spec.path("validationActions").isEmpty()) {
                errors.add(FieldError.required("spec.validationActions", ""));
            }
            JsonNode ref = spec.path("paramRef");
            if (ref.isObject() && Json.text(ref, "parameterNotFoundAction").isEmpty()) {
                errors.add(FieldError.required("spec.paramRef.parameterNotFoundAction", ""));
            }
            return errors;
        }
    }

    private static void fallback(ObjectNode object, String field, String value) {
        if (Json.text(object, field).isEmpty()) {
            object.put(field, value);
        }
    }

    private static void requireTexts(ObjectNode object, String field) {
        for (Map.Entry<String, JsonNode> entry : object.path(field).properties()) {
            if (!entry.getValue().isTextual()) {
                String kind = Json.text(object, "kind");
                throw ApiError.badRequest(
                        kind
                                + " in version \"v1\" cannot be handled as a "
                                + kind
                                + ": json: cannot unmarshal "
                                + entry.getValue().getNodeType().name().toLowerCase(Locale.ROOT)
                                + " into Go struct field "
                                + kind
                                + "."
                                + field
                                + " of type string");
            }
        }
    }
}
