package io.siterecovery.tests.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.failover.adapter.GroupEffects;
import io.siterecovery.failover.adapter.OwnershipStore;
import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.core.group.Departure;
import io.siterecovery.failover.core.group.GroupEffect;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.EventWriter;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubeconfigReader;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.Tenant;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.sandbox.kubernetes.faults.Fault;
import io.siterecovery.sandbox.kubernetes.faults.Faults.Match;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done for groups on an API server: their fences, and what leaves them. */
class GroupEffectsIT {

    private static final String NAMESPACE = "default";
    private static final ClusterId CLUSTER = new ClusterId("cluster1");
    private static final GroupId GROUP = new GroupId(NAMESPACE, "web");
    private static final Claim FIRST = Claim.of("prod", GROUP, 1, 1);
    private static final Claim SECOND = Claim.of("prod", GROUP, 2, 1);

    @TempDir Path dir;
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final TenantView view = new TenantView(_ -> {});
    private KubernetesApiServer server;
    private KubernetesCluster cluster;
    private GroupEffects effects;

    @BeforeEach
    void start() throws Exception {
        server =
                KubernetesApiServer.start(
                        vertx, new KubernetesApiServer.Options(CLUSTER.name(), dir, 0));
        byte[] kubeconfig =
                server.kubeconfig("admin", "system:masters").getBytes(StandardCharsets.UTF_8);
        cluster =
                KubernetesCluster.of(
                        vertx,
                        CLUSTER.name(),
                        KubeconfigReader.read(kubeconfig),
                        Duration.ofSeconds(20),
                        null);
        Tenant tenant = new Tenant("prod", "dr-prod", zone());
        effects =
                new GroupEffects(
                        new Ports(
                                tenant,
                                "us",
                                cluster,
                                cluster,
                                cluster,
                                new NoWriter(),
                                Clock.systemUTC()),
                        view,
                        new OwnershipStore(cluster, tenant.namespace(), view));
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
        server.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void what_groups_want_while_a_write_is_under_way_goes_out_in_one() {
        server.faults().add(new Match("create", "configmaps"), late());
        run(() -> Future.all(fence(FIRST, "a"), fence(FIRST, "b"), fence(FIRST, "c")));
        assertThat(claims()).isEqualTo(Map.of("a", FIRST, "b", FIRST, "c", FIRST));
        assertThat(writes()).containsExactly("create", "patch");
    }

    @Test
    void a_wish_about_vms_that_are_fenced_otherwise_meanwhile_is_dropped() {
        server.faults().add(new Match("create", "configmaps"), late());
        run(() -> Future.all(fence(SECOND, "a"), fence(FIRST, "a"), fence(FIRST, "b")));
        assertThat(claims()).isEqualTo(Map.of("a", SECOND, "b", FIRST));
    }

    @Test
    void a_vm_is_let_out_only_from_under_the_claim_that_was_seen_on_it() {
        run(() -> fence(FIRST, "a", "b"));
        FenceFact seen = fence().orElseThrow();
        run(() -> unfence(seen, "a"));
        assertThat(claims()).isEqualTo(Map.of("b", FIRST));
        run(() -> fence(SECOND, "b"));
        run(() -> unfence(seen, "b"));
        assertThat(claims()).isEqualTo(Map.of("b", SECOND));
    }

    @Test
    void what_somebody_else_wrote_meanwhile_is_not_written_over() {
        run(() -> fence(FIRST, "a"));
        run(
                () ->
                        cluster.patch(
                                ResourceKind.CONFIG_MAP,
                                NAMESPACE,
                                ApiGroups.FENCE,
                                JsonPatch.create().add("/data/a", SECOND.toString())));
        FenceFact stale = fence().orElseThrow();
        assertThat(reason(() -> unfence(stale, "a"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(() -> fence(FIRST, "b"))).isEqualTo(Reason.CONFLICT);
        assertThat(claims()).isEqualTo(Map.of("a", SECOND));
    }

    @Test
    void a_write_that_fails_is_told_to_those_it_was_for_and_the_next_goes_out() {
        run(() -> fence(FIRST, "a"));
        server.faults().add(new Match("patch", "configmaps"), new Fault.Refusal(500), 1);
        boolean failed =
                run(
                        () -> {
                            Future<?> failing = fence(FIRST, "b");
                            Future<?> waiting = fence(FIRST, "c");
                            return failing.transform(r -> Future.succeededFuture(r.failed()))
                                    .compose(f -> waiting.map(f));
                        });
        assertThat(failed).isTrue();
        assertThat(claims()).isEqualTo(Map.of("a", FIRST, "c", FIRST));
    }

    private static Fault late() {
        return new Fault.Latency(Duration.ofMillis(200));
    }

    private Future<?> fence(Claim claim, String... vms) {
        return effects.carryOut(GROUP, new GroupEffect.Fence(CLUSTER, fence(), Set.of(vms), claim));
    }

    private Future<?> unfence(FenceFact seen, String... vms) {
        return effects.carryOut(GROUP, new GroupEffect.Unfence(CLUSTER, seen, Set.of(vms)));
    }

    /** As the view has it. */
    private Optional<FenceFact> fence() {
        return view.get(
                FenceFact.class,
                CLUSTER.name(),
                ResourceKind.CONFIG_MAP,
                NAMESPACE,
                ApiGroups.FENCE);
    }

    private Map<String, Claim> claims() {
        GenericKubernetesResource fence =
                run(() -> cluster.get(ResourceKind.CONFIG_MAP, NAMESPACE, ApiGroups.FENCE))
                        .orElseThrow();
        Map<?, ?> data =
                (Map<?, ?>) Objects.requireNonNull(fence.getAdditionalProperties().get("data"));
        return data.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                e -> e.getKey().toString(),
                                e -> Claim.parse(e.getValue().toString()).orElseThrow()));
    }

    private List<String> writes() {
        return server.history().stream()
                .filter(e -> e.name().equals(ApiGroups.FENCE))
                .map(KubernetesApiServer.HistoryEntry::verb)
                .toList();
    }

    private Reason reason(Supplier<Future<?>> call) {
        CompletionException failure =
                catchThrowableOfType(CompletionException.class, () -> run(call::get));
        return assertThat(failure)
                .cause()
                .asInstanceOf(InstanceOfAssertFactories.type(KubernetesFailure.class))
                .actual()
                .reason();
    }

    @Test
    void a_copy_goes_only_where_its_data_is_retained() {
        Departure.Step.Delete step =
                new Departure.Step.Delete(CLUSTER, List.of(claim(), volume("Delete")));
        assertThatThrownBy(() -> run(() -> effects.depart(GROUP, step)))
                .hasMessageContaining("not Retain");
        assertThat(stands(ResourceKind.PERSISTENT_VOLUME_CLAIM, NAMESPACE, "disk")).isTrue();
        run(
                () ->
                        cluster.patch(
                                ResourceKind.PERSISTENT_VOLUME,
                                "",
                                "pv",
                                JsonPatch.create()
                                        .add("/spec/persistentVolumeReclaimPolicy", "Retain")));
        run(() -> effects.depart(GROUP, step));
        assertThat(stands(ResourceKind.PERSISTENT_VOLUME_CLAIM, NAMESPACE, "disk")).isFalse();
        assertThat(stands(ResourceKind.PERSISTENT_VOLUME, "", "pv")).isFalse();
    }

    private Departure.Made claim() {
        return made(
                ResourceKind.PERSISTENT_VOLUME_CLAIM,
                NAMESPACE,
                "disk",
                Map.of(
                        "accessModes",
                        List.of("ReadWriteMany"),
                        "storageClassName",
                        "linstor",
                        "resources",
                        Map.of("requests", Map.of("storage", "1Gi"))));
    }

    private Departure.Made volume(String policy) {
        return made(
                ResourceKind.PERSISTENT_VOLUME,
                "",
                "pv",
                Map.of(
                        "accessModes",
                        List.of("ReadWriteMany"),
                        "capacity",
                        Map.of("storage", "1Gi"),
                        "persistentVolumeReclaimPolicy",
                        policy,
                        "csi",
                        Map.of("driver", "linstor.csi.linbit.com", "volumeHandle", "r")));
    }

    private Departure.Made made(
            ResourceKind kind, String namespace, String name, Map<String, Object> spec) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion(kind.apiVersion());
        object.setKind(kind.kind());
        object.setMetadata(
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(namespace.isEmpty() ? null : namespace)
                        .build());
        object.setAdditionalProperty("spec", spec);
        String uid = run(() -> cluster.create(kind, object)).getMetadata().getUid();
        return new Departure.Made(kind, namespace, name, uid);
    }

    /** Nobody plays the controller that lets go of protected ones. */
    private boolean stands(ResourceKind kind, String namespace, String name) {
        return run(() -> cluster.get(kind, namespace, name))
                .filter(found -> found.getMetadata().getDeletionTimestamp() == null)
                .isPresent();
    }

    /** On the one context that views and adapters are used from. */
    private <T> T run(Supplier<? extends Future<T>> call) {
        Promise<T> done = Promise.promise();
        context.runOnContext(_ -> call.get().onComplete(done));
        return done.future()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static ProtectionZoneSpec zone() {
        return new ProtectionZoneSpec(
                new ProtectionZoneSpec.Site(CLUSTER.name(), null, null),
                new ProtectionZoneSpec.Site("cluster2", null, null),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static final class NoWriter implements EventWriter {
        @Override
        public Future<Long> publish(
                String topic, String key, @Nullable Record data, EventHeaders headers) {
            throw new UnsupportedOperationException(topic);
        }

        @Override
        public Future<Long> endOffset(String topic) {
            throw new UnsupportedOperationException(topic);
        }
    }
}
