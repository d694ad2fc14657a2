package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.admission.ValidatingPolicies;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.api.Strategy;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What single built-in kinds do to their objects. */
final class Kinds {
    private static final long POD_GRACE_SECONDS = 30;
    private static final List<String> TAINT_EFFECTS =
            List.of("NoSchedule", "PreferNoSchedule", "NoExecute");

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

        @Override
        public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
            List<FieldError> errors = new ArrayList<>();
            JsonNode containers = object.path("spec").path("containers");
            if (containers.isEmpty()) {
                errors.add(FieldError.required("spec.containers", ""));
            }
            for (int i = 0; i < containers.size(); i++) {
                for (String field : List.of("name", "image")) {
                    if (Json.text(containers.get(i), field).isEmpty()) {
                        errors.add(FieldError.required("spec.containers[" + i + "]." + field, ""));
                    }
                }
            }
            if (before != null && !fixed(object).equals(fixed(before))) {
                errors.add(
                        FieldError.forbidden(
                                "spec",
                                "pod updates may not change fields other than"
                                        + " `spec.containers[*].image`,`spec.initContainers[*].image`,"
                                        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
                                        + " additions to existing tolerations),"
                                        + "`spec.terminationGracePeriodSeconds` (allow it to be set to"
                                        + " 1 if it was previously negative)"));
            }
            return errors;
        }

        private static JsonNode fixed(ObjectNode pod) {
            ObjectNode spec = Json.child(pod.deepCopy(), "spec");
            spec.remove(List.of("activeDeadlineSeconds", "tolerations"));
            for (String list : List.of("containers", "initContainers")) {
                spec.path(list)
                        .forEach(
                                container -> {
                                    if (container instanceof ObjectNode known) {
                                        known.remove("image");
                                    }
                                });
            }
            return spec;
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

    /** Bindings point to the same role for good: who may change subjects gives away no other. */
    static final Strategy BINDING =
            new Strategy() {
                @Override
                public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
                    List<FieldError> errors = new ArrayList<>();
                    if (Json.text(object, "roleRef", "name").isEmpty()) {
                        errors.add(FieldError.required("roleRef.name", ""));
                    }
                    if (before != null && !object.path("roleRef").equals(before.path("roleRef"))) {
                        errors.add(
                                FieldError.invalid(
                                        "roleRef",
                                        FieldError.shown(object.path("roleRef")),
                                        "cannot change roleRef"));
                    }
                    return errors;
                }
            };

    static final Strategy EVENT =
            new Strategy() {
                @Override
                public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
                    String about = Json.text(object, "involvedObject", "namespace");
                    String own = Json.text(object, "metadata", "namespace");
                    boolean fits = about.equals(own) || (about.isEmpty() && own.equals("default"));
                    return fits || object.has("regarding")
                            ? List.of()
                            : List.of(
                                    FieldError.invalid(
                                            "involvedObject.namespace",
                                            FieldError.quoted(about),
                                            "does not match event.namespace"));
                }
            };

    static final Strategy NODE =
            new Strategy() {
                @Override
                public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
                    List<FieldError> errors = new ArrayList<>();
                    int index = 0;
                    for (JsonNode taint : object.path("spec").path("taints")) {
                        String at = "metadata.taints[" + index++ + "]";
                        if (Json.text(taint, "key").isEmpty()) {
                            errors.add(FieldError.required(at + ".key", ""));
                        }
                        if (!TAINT_EFFECTS.contains(Json.text(taint, "effect"))) {
                            errors.add(
                                    FieldError.notSupported(
                                            at + ".effect", taint.path("effect"), TAINT_EFFECTS));
                        }
                    }
                    return errors;
                }
            };

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

    static void fallback(ObjectNode object, String field, String value) {
        if (Json.text(object, field).isEmpty()) {
            object.put(field, value);
        }
    }
}
