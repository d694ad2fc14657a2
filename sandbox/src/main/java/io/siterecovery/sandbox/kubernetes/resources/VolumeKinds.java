package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.api.Strategy;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the kinds of storage need, and what of them can never change. */
final class VolumeKinds {
    /** Fields of a PersistentVolume's spec that are not its source. */
    private static final Set<String> NOT_SOURCE =
            Set.of(
                    "accessModes",
                    "capacity",
                    "claimRef",
                    "mountOptions",
                    "nodeAffinity",
                    "persistentVolumeReclaimPolicy",
                    "storageClassName",
                    "volumeAttributesClassName",
                    "volumeMode");

    private VolumeKinds() {}

    static final class ClaimStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            object.putObject("status").put("phase", "Pending");
            Kinds.fallback(Json.child(object, "spec"), "volumeMode", "Filesystem");
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            List<FieldError> errors = new ArrayList<>();
            JsonNode spec = object.path("spec");
            if (spec.path("accessModes").isEmpty()) {
                errors.add(
                        FieldError.required(
                                "spec.accessModes", "at least 1 access mode is required"));
            }
            if (Json.at(spec, "resources", "requests", "storage").isMissingNode()) {
                errors.add(FieldError.required("spec.resources[storage]", ""));
            }
            if (before != null && !same(spec, before.path("spec"))) {
                errors.add(
                        FieldError.forbidden(
                                "spec",
                                "spec is immutable after creation except resources.requests and"
                                        + " volumeAttributesClassName for bound claims"));
            }
            return errors;
        }

        private static boolean same(JsonNode spec, JsonNode before) {
            ObjectNode fixed = without(spec, "resources", "volumeAttributesClassName");
            ObjectNode was = without(before, "resources", "volumeAttributesClassName");
            if (!was.has("volumeName")) {
                fixed.remove("volumeName");
            }
            return fixed.equals(was);
        }
    }

    static final class VolumeStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            object.putObject("status").put("phase", "Pending");
            ObjectNode spec = Json.child(object, "spec");
            Kinds.fallback(spec, "volumeMode", "Filesystem");
            Kinds.fallback(spec, "persistentVolumeReclaimPolicy", "Retain");
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            List<FieldError> errors = new ArrayList<>();
            JsonNode spec = object.path("spec");
            if (spec.path("accessModes").isEmpty()) {
                errors.add(FieldError.required("spec.accessModes", ""));
            }
            if (spec.path("capacity").isEmpty()) {
                errors.add(FieldError.required("spec.capacity", ""));
            }
            ObjectNode source = without(spec, NOT_SOURCE.toArray(String[]::new));
            if (source.isEmpty()) {
                errors.add(FieldError.required("spec", "must specify a volume type"));
            }
            if (before != null
                    && !source.equals(
                            without(before.path("spec"), NOT_SOURCE.toArray(String[]::new)))) {
                errors.add(
                        FieldError.forbidden(
                                "spec.persistentvolumesource",
                                "spec.persistentvolumesource is immutable after creation"));
            }
            immutable(object, before, "spec.volumeMode", errors);
            return errors;
        }
    }

    static final class StorageClassStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            Kinds.fallback(object, "reclaimPolicy", "Delete");
            Kinds.fallback(object, "volumeBindingMode", "Immediate");
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            List<FieldError> errors = new ArrayList<>();
            if (Json.text(object, "provisioner").isEmpty()) {
                errors.add(FieldError.required("provisioner", ""));
            }
            for (String field : List.of("parameters", "provisioner", "reclaimPolicy")) {
                if (before != null && !object.path(field).equals(before.path(field))) {
                    errors.add(
                            FieldError.forbidden(field, "updates to " + field + " are forbidden."));
                }
            }
            immutable(object, before, "volumeBindingMode", errors);
            return errors;
        }
    }

    static final class AttachmentStrategy implements Strategy {
        @Override
        public void prepareCreate(ObjectNode object) {
            object.putObject("status").put("attached", false);
        }

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            List<FieldError> errors = new ArrayList<>();
            for (String field : List.of("attacher", "nodeName")) {
                if (Json.text(object, "spec", field).isEmpty()) {
                    errors.add(FieldError.required("spec." + field, ""));
                }
            }
            if (Json.at(object, "spec", "source").isEmpty()) {
                errors.add(
                        FieldError.required(
                                "spec.source",
                                "must specify exactly one of inlineVolumeSpec and"
                                        + " persistentVolumeName"));
            }
            immutable(object, before, "spec", errors);
            return errors;
        }
    }

    static void immutable(
            ObjectNode object, @Nullable ObjectNode before, String path, List<FieldError> errors) {
        String[] steps = path.split("\\.", -1);
        if (before != null && !Json.at(object, steps).equals(Json.at(before, steps))) {
            errors.add(
                    FieldError.invalid(
                            path, FieldError.shown(Json.at(object, steps)), "field is immutable"));
        }
    }

    private static ObjectNode without(JsonNode object, String... fields) {
        ObjectNode rest = Json.object();
        if (object instanceof ObjectNode full) {
            rest.setAll(full);
        }
        rest.remove(List.of(fields));
        return rest;
    }
}
