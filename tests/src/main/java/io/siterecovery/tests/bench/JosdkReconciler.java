package io.siterecovery.tests.bench;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.bench.JosdkGroup.Condition;
import io.siterecovery.tests.bench.JosdkGroup.Member;
import io.siterecovery.tests.bench.JosdkGroup.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps each group's VMs at another cluster, halted: everything is read from informers' caches. */
final class JosdkReconciler implements Reconciler<JosdkGroup> {

    private static final Logger LOG = LoggerFactory.getLogger(JosdkReconciler.class);
    private static final ResourceKind VM = ResourceKind.VIRTUAL_MACHINE;
    private static final String BY_MEMBER = "by-member";

    private final KubernetesClient other;
    private @Nullable InformerEventSource<GenericKubernetesResource, JosdkGroup> sources;
    private @Nullable InformerEventSource<GenericKubernetesResource, JosdkGroup> copies;

    JosdkReconciler(KubernetesClient other) {
        this.other = other;
    }

    @Override
    public List<EventSource<?, JosdkGroup>> prepareEventSources(
            EventSourceContext<JosdkGroup> context) {
        context.getPrimaryCache()
                .addIndexer(
                        BY_MEMBER,
                        group ->
                                group.getSpec().virtualMachines().stream()
                                        .map(vm -> key(group.getMetadata().getNamespace(), vm))
                                        .toList());
        var here = machines("sources", context, context.getClient());
        var there = machines("copies", context, other);
        sources = here;
        copies = there;
        return List.of(here, there);
    }

    private static InformerEventSource<GenericKubernetesResource, JosdkGroup> machines(
            String name, EventSourceContext<JosdkGroup> context, KubernetesClient client) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(
                                new GroupVersionKind(VM.group(), VM.version(), VM.kind()),
                                JosdkGroup.class)
                        .withName(name)
                        .withKubernetesClient(client)
                        .withNamespacesInheritedFromController()
                        .withSecondaryToPrimaryMapper(vm -> groups(context, vm))
                        .withPrimaryToSecondaryMapper(JosdkReconciler::members)
                        .build(),
                context);
    }

    private static Set<ResourceID> groups(
            EventSourceContext<JosdkGroup> context, GenericKubernetesResource vm) {
        String key = vm.getMetadata().getNamespace() + "/" + vm.getMetadata().getName();
        return context.getPrimaryCache().byIndex(BY_MEMBER, key).stream()
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }

    private static Set<ResourceID> members(JosdkGroup group) {
        return group.getSpec().virtualMachines().stream()
                .map(vm -> new ResourceID(vm.name(), group.getMetadata().getNamespace()))
                .collect(Collectors.toSet());
    }

    @Override
    public UpdateControl<JosdkGroup> reconcile(JosdkGroup group, Context<JosdkGroup> context) {
        int there = 0;
        for (ResourceID vm : members(group)) {
            Optional<GenericKubernetesResource> source = Objects.requireNonNull(sources).get(vm);
            if (source.isPresent()) {
                keep(vm, source.get());
                there++;
            }
        }
        Status status = status(group, there);
        if (status.equals(group.getStatus())) {
            return UpdateControl.noUpdate();
        }
        group.setStatus(status);
        return UpdateControl.patchStatus(group);
    }

    private void keep(ResourceID id, GenericKubernetesResource source) {
        var cache = Objects.requireNonNull(copies);
        Map<String, Object> spec = halted(source);
        Map<String, String> labels = labels(source);
        Optional<GenericKubernetesResource> found = cache.get(id);
        if (found.isEmpty()) {
            cache.handleRecentResourceCreate(id, create(id, spec, labels));
            return;
        }
        GenericKubernetesResource copy = found.get();
        Map<String, Object> patch = new LinkedHashMap<>();
        if (!labels.equals(labels(copy))) {
            patch.put("metadata", Map.of("labels", difference(labels(copy), labels)));
        }
        if (!spec.equals(spec(copy))) {
            patch.put("spec", difference(spec(copy), spec));
        }
        if (!patch.isEmpty()) {
            cache.handleRecentResourceUpdate(id, change(copy, patch), copy);
            LOG.atInfo().addKeyValue("object", id).addKeyValue("what", "mended").log("definition");
        }
    }

    private GenericKubernetesResource create(
            ResourceID id, Map<String, Object> spec, Map<String, String> labels) {
        GenericKubernetesResource copy = new GenericKubernetesResource();
        copy.setApiVersion(VM.apiVersion());
        copy.setKind(VM.kind());
        copy.setMetadata(
                new ObjectMetaBuilder()
                        .withName(id.getName())
                        .withNamespace(id.getNamespace().orElseThrow())
                        .withLabels(labels)
                        .build());
        copy.setAdditionalProperty("spec", spec);
        LOG.atInfo().addKeyValue("object", id).addKeyValue("what", "copied").log("definition");
        return other.genericKubernetesResources(machines())
                .inNamespace(copy.getMetadata().getNamespace())
                .resource(copy)
                .create();
    }

    private GenericKubernetesResource change(
            GenericKubernetesResource copy, Map<String, Object> patch) {
        return other.genericKubernetesResources(machines())
                .inNamespace(copy.getMetadata().getNamespace())
                .resource(copy)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        other.getKubernetesSerialization().asJson(patch));
    }

    private static ResourceDefinitionContext machines() {
        return new ResourceDefinitionContext.Builder()
                .withGroup(VM.group())
                .withVersion(VM.version())
                .withKind(VM.kind())
                .withPlural(VM.plural())
                .withNamespaced(true)
                .build();
    }

    /** What a JSON merge patch has to say to make one of the other. */
    private static Map<String, @Nullable Object> difference(
            Map<String, ?> from, Map<String, ?> to) {
        Map<String, @Nullable Object> patch = new LinkedHashMap<>();
        for (String gone : from.keySet()) {
            if (!to.containsKey(gone)) {
                patch.put(gone, null);
            }
        }
        to.forEach(
                (key, wanted) -> {
                    Object found = from.get(key);
                    if (found instanceof Map<?, ?> && wanted instanceof Map<?, ?>) {
                        if (!found.equals(wanted)) {
                            patch.put(key, difference(fields(found), fields(wanted)));
                        }
                    } else if (!wanted.equals(found)) {
                        patch.put(key, wanted);
                    }
                });
        return patch;
    }

    private static Map<String, Object> halted(GenericKubernetesResource source) {
        Map<String, Object> spec = new LinkedHashMap<>(spec(source));
        if (spec.containsKey("running")) {
            spec.put("running", false);
        } else {
            spec.put("runStrategy", "Halted");
        }
        return spec;
    }

    private static Map<String, Object> spec(GenericKubernetesResource vm) {
        return fields(vm.getAdditionalProperties().get("spec"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> fields(@Nullable Object object) {
        return object == null ? Map.of() : (Map<String, Object>) object;
    }

    private static Map<String, String> labels(GenericKubernetesResource vm) {
        Map<String, String> labels = vm.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private static Status status(JosdkGroup group, int there) {
        List<Member> wished = group.getSpec().virtualMachines();
        boolean all = there == wished.size();
        Long generation = group.getMetadata().getGeneration();
        Condition synced =
                new Condition(
                        "Synced",
                        all ? "True" : "False",
                        all ? "Copied" : "NotCopied",
                        "%d of %d definitions".formatted(there, wished.size()),
                        generation);
        return new Status(generation, all ? "Active" : "Failed", there, List.of(synced));
    }

    private static String key(String namespace, Member vm) {
        return namespace + "/" + vm.name();
    }
}
