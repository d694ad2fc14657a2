package io.siterecovery.tests.platform;

import static io.siterecovery.tests.platform.TwoSites.apply;
import static io.siterecovery.tests.platform.TwoSites.get;
import static io.siterecovery.tests.platform.TwoSites.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import io.siterecovery.events.Topics;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.tests.platform.TwoSites.Reading;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchersIT {

    private static final String VM = "cluster1/VirtualMachine.kubevirt.io/production/";

    @TempDir Path dir;
    private TwoSites world;
    private long sequence;

    @BeforeEach
    void start() throws Exception {
        world = new TwoSites(dir);
        world.deployment("prod", "production", "dr-system");
    }

    @AfterEach
    void stop() throws Exception {
        if (world != null) {
            world.close();
        }
    }

    @Test
    void a_deployment_gets_the_facts_of_its_own_namespaces_and_of_no_others() throws Exception {
        world.deployment("staging", "staging");
        vm("production", "web");
        vm("staging", "test");
        volume("pvc-1", "production");
        volume("pvc-2", "staging");
        attachment("att-1", "pvc-1");
        attachment("att-2", "pvc-2");
        int port = world.startControlPlane();
        Reading prod = world.read(Topics.clusters("prod"));
        Reading staging = world.read(Topics.clusters("staging"));
        awaitComplete(prod);
        awaitComplete(staging);

        assertThat(prod.latest())
                .containsKeys(
                        VM + "web",
                        "cluster1/PersistentVolume//pvc-1",
                        "cluster1/VolumeAttachment.storage.k8s.io//att-1",
                        "quorum/ProtectionZone.siterecovery.trilio.io/dr-prod/prod");
        assertThat(prod.latest().keySet())
                .noneMatch(key -> key.contains("staging") || key.endsWith("-2"));
        assertThat(staging.latest())
                .containsKeys(
                        "cluster1/VirtualMachine.kubevirt.io/staging/test",
                        "cluster1/PersistentVolume//pvc-2",
                        "cluster1/VolumeAttachment.storage.k8s.io//att-2");
        assertThat(staging.latest().keySet())
                .noneMatch(key -> key.contains("production") || key.endsWith("-1"));
        soon().until(() -> answer(port, "/readyz").statusCode() == 200);
        assertThat(answer(port, "/healthz").statusCode()).isEqualTo(200);
        assertThat(answer(port, "/metrics").body())
                .contains("jvm_memory_used_bytes")
                .contains("site_recovery_credential_age_seconds{site=\"dr\",tenant=\"prod\"}")
                .contains("tenant=\"staging\"");

        get(world.onQuorum.delete(ResourceKind.PROTECTION_ZONE, "dr-staging", "staging", null));
        soon().until(() -> !answer(port, "/metrics").body().contains("staging"));
        assertThat(answer(port, "/metrics").body()).contains("tenant=\"prod\"");
    }

    @Test
    void changes_are_told_and_what_is_unchanged_is_not() throws Exception {
        vm("production", "web");
        world.startControlPlane();
        Reading prod = world.read(Topics.clusters("prod"));
        awaitComplete(prod);
        vm("production", "other");
        awaitKey(prod, VM + "other");
        patchVm("web", "café");
        soon().until(() -> wish(prod, "web").equals("café"));
        get(world.onPrimary.delete(ResourceKind.VIRTUAL_MACHINE, "production", "other", null));
        soon().until(() -> !prod.latest().containsKey(VM + "other"));

        int records = prod.all().size();
        world.stopControlPlane();
        world.startControlPlane();
        soon().until(() -> prod.all().size() > records);
        awaitComplete(prod);
        assertThat(prod.all().subList(records, prod.all().size()))
                .allMatch(event -> FactKey.parse(event.key()).isReachability());
    }

    @Test
    void what_vanished_while_nobody_watched_is_buried_before_facts_are_complete() throws Exception {
        vm("production", "web");
        volume("pvc-1", "production");
        attachment("att-1", "pvc-1");
        world.startControlPlane();
        Reading prod = world.read(Topics.clusters("prod"));
        awaitComplete(prod);
        assertThat(prod.latest()).containsKey("cluster1/VolumeAttachment.storage.k8s.io//att-1");
        world.stopControlPlane();
        get(world.onPrimary.delete(ResourceKind.VIRTUAL_MACHINE, "production", "web", null));

        int before = prod.all().size();
        world.startControlPlane();
        soon().until(() -> prod.all().size() > before && complete(prod));
        assertThat(prod.latest()).doesNotContainKey(VM + "web");
        List<String> later =
                prod.all().subList(before, prod.all().size()).stream()
                        .map(event -> event.key() + " " + describe(event.data()))
                        .toList();
        assertThat(later).contains("cluster1 incomplete");
        assertThat(later.indexOf(VM + "web gone"))
                .isBetween(
                        later.indexOf("cluster1 incomplete"), later.indexOf("cluster1 complete"));
        assertThat(later).noneMatch(line -> line.contains("att-1"));
    }

    @Test
    void a_site_that_is_away_is_said_to_be_and_comes_back_with_what_changed() throws Exception {
        vm("production", "web");
        world.startControlPlane();
        Reading prod = world.read(Topics.clusters("prod"));
        awaitComplete(prod);
        world.primary.stop();
        soon().until(() -> !reachability(prod, "cluster1").reachable());
        assertThat(reachability(prod, "cluster1").complete()).isFalse();
        assertThat(reachability(prod, "cluster2").reachable()).isTrue();
        assertThat(prod.latest()).containsKey(VM + "web");

        world.primary.expireWatchHistory();
        world.primary.resume();
        awaitComplete(prod);
        patchVm("web", "after");
        soon().until(() -> wish(prod, "web").equals("after"));
    }

    @Test
    void a_deployment_starts_without_its_dead_site() throws Exception {
        world.dr.stop();
        vm("production", "web");
        world.startControlPlane();
        Reading prod = world.read(Topics.clusters("prod"));
        awaitKey(prod, VM + "web");
        soon().until(
                        () ->
                                prod.latest().containsKey("cluster1")
                                        && reachability(prod, "cluster1").complete()
                                        && !reachability(prod, "cluster2").reachable());
        world.dr.resume();
        awaitComplete(prod);
    }

    @Test
    void facts_survive_an_outage_of_the_broker() throws Exception {
        world.startControlPlane();
        Reading prod = world.read(Topics.clusters("prod"));
        awaitComplete(prod);
        int port = world.stopKafka();
        for (int i = 0; i < 20; i++) {
            vm("production", "vm-" + i);
        }
        for (int i = 0; i < 20; i++) {
            patchVm("vm-" + i, "first");
            patchVm("vm-" + i, "last");
        }
        world.restartKafka(port);
        for (int i = 0; i < 20; i++) {
            int n = i;
            soon().until(() -> wish(prod, "vm-" + n).equals("last"));
        }
    }

    @Test
    void drbd_state_goes_to_the_owner_of_the_volume_and_to_nobody_else() throws Exception {
        world.deployment("staging", "staging");
        String site = Topics.siteDrbd(world.primary.kubeSystemUid().substring(0, 12));
        volume("pvc-1", "production");
        state(site, "n1", "pvc-1");
        state(site, "n1", "pvc-2");
        beat(site, "n1");
        world.startControlPlane();
        Reading prod = world.read(Topics.drbd("prod"));
        Reading staging = world.read(Topics.drbd("staging"));
        awaitKey(prod, "cluster1/n1/pvc-1");
        soon().until(() -> beatOf(prod) == sequence);
        assertThat(prod.latest()).doesNotContainKey("cluster1/n1/pvc-2");

        volume("pvc-2", "staging");
        awaitKey(staging, "cluster1/n1/pvc-2");
        RoutedDrbdState routed = (RoutedDrbdState) staging.latest().get("cluster1/n1/pvc-2");
        assertThat(routed.offset()).isEqualTo(1);
        assertThat(routed.state().sequence()).isEqualTo(2);

        state(site, "n1", "pvc-2");
        soon().until(
                        () ->
                                ((RoutedDrbdState) staging.latest().get("cluster1/n1/pvc-2"))
                                                .state()
                                                .sequence()
                                        == sequence);
        get(world.onPrimary.delete(ResourceKind.PERSISTENT_VOLUME, "", "pvc-2", null));
        soon().until(() -> !staging.latest().containsKey("cluster1/n1/pvc-2"));
        get(
                world.events
                        .writer()
                        .publish(
                                site,
                                "n1/pvc-1",
                                null,
                                headers(EventType.DRBD_RESOURCE, "n1/pvc-1", ++sequence)));
        soon().until(() -> !prod.latest().containsKey("cluster1/n1/pvc-1"));
        beat(site, "n1");
        soon().until(() -> beatOf(prod) == sequence);
        assertThat(prod.all()).noneMatch(event -> event.key().contains("pvc-2"));
    }

    @Test
    void what_an_earlier_instance_says_too_late_does_not_stay() throws Exception {
        String site = Topics.siteDrbd(world.primary.kubeSystemUid().substring(0, 12));
        vm("production", "web");
        volume("pvc-1", "production");
        state(site, "n1", "pvc-1");
        beat(site, "n1");
        world.startControlPlane();
        Reading facts = world.read(Topics.clusters("prod"));
        Reading routed = world.read(Topics.drbd("prod"));
        awaitComplete(facts);
        soon().until(() -> routed.latest().size() == 2);
        Map<String, Record> truth = Map.copyOf(facts.latest());
        Map<String, Record> routedTruth = Map.copyOf(routed.latest());
        int before = facts.all().size();
        int routedBefore = routed.all().size();

        late(Topics.clusters("prod"), VM + "web", null);
        late(Topics.clusters("prod"), VM + "ghost", truth.get(VM + "web"));
        late(Topics.clusters("prod"), "cluster2", reachability(facts, "cluster1"));
        late(Topics.drbd("prod"), "cluster1/n1/pvc-1", null);
        late(Topics.drbd("prod"), "cluster1", new RoutedBeats("cluster1", "x", Map.of()));

        soon().until(() -> facts.all().size() >= before + 6 && facts.latest().equals(truth));
        soon().until(
                        () ->
                                routed.all().size() >= routedBefore + 4
                                        && routed.latest().equals(routedTruth));
    }

    /** As an instance that slept would send what it had on its tongue. */
    private void late(String topic, String key, Record data) throws Exception {
        EventHeaders headers =
                new EventHeaders(
                        "earlier-1",
                        data == null ? EventType.CUSTOM_RESOURCE : EventType.of(data),
                        "/test",
                        key,
                        Instant.EPOCH,
                        "prod",
                        1L,
                        null,
                        0L);
        get(world.events.writer().publish(topic, key, data, headers));
    }

    private void vm(String namespace, String name) throws Exception {
        apply(
                world.onPrimary,
                ResourceKind.VIRTUAL_MACHINE,
                "{metadata: {name: \"%s\", namespace: %s}, spec: {runStrategy: Always, template:"
                        + " {spec: {volumes: [{name: d, persistentVolumeClaim: {claimName: c}}]}}}}",
                name,
                namespace);
    }

    private void patchVm(String name, String wish) throws Exception {
        get(
                world.onPrimary.patch(
                        ResourceKind.VIRTUAL_MACHINE,
                        "production",
                        name,
                        JsonPatch.create().replace("/spec/runStrategy", wish)));
    }

    private void volume(String name, String namespace) throws Exception {
        apply(
                world.onPrimary,
                ResourceKind.PERSISTENT_VOLUME,
                "{metadata: {name: %1$s}, spec: {capacity: {storage: 1Gi}, accessModes:"
                        + " [ReadWriteOnce], claimRef: {namespace: %2$s, name: c-%1$s}, csi: {driver:"
                        + " linstor.csi.linbit.com, volumeHandle: %1$s}}}",
                name,
                namespace);
    }

    private void attachment(String name, String volume) throws Exception {
        apply(
                world.onPrimary,
                ResourceKind.VOLUME_ATTACHMENT,
                "{metadata: {name: %s}, spec: {attacher: linstor.csi.linbit.com, nodeName: n1,"
                        + " source: {persistentVolumeName: %s}}}",
                name,
                volume);
    }

    private void state(String topic, String node, String resource) throws Exception {
        DrbdResourceState state =
                new DrbdResourceState(
                        node,
                        resource,
                        "inc",
                        ++sequence,
                        Instant.EPOCH,
                        Word.of(Role.SECONDARY),
                        List.of(),
                        null,
                        null,
                        null,
                        List.of(),
                        List.of());
        String key = node + "/" + resource;
        get(
                world.events
                        .writer()
                        .publish(
                                topic,
                                key,
                                state,
                                headers(EventType.DRBD_RESOURCE, key, sequence)));
    }

    private void beat(String topic, String node) throws Exception {
        AgentBeat beat = new AgentBeat(node, "inc", sequence, true, Instant.EPOCH, Map.of());
        get(
                world.events
                        .writer()
                        .publish(topic, node, beat, headers(EventType.AGENT_BEAT, node, sequence)));
    }

    private static EventHeaders headers(EventType type, String key, long sequence) {
        return new EventHeaders(
                "inc-" + sequence, type, "/test", key, Instant.EPOCH, null, sequence, null);
    }

    private static long beatOf(Reading reading) {
        if (reading.latest().get("cluster1") instanceof RoutedBeats beats) {
            RoutedBeats.RoutedBeat beat = beats.beats().get("n1");
            return beat != null && beat.complete() ? beat.sequence() : -1;
        }
        return -1;
    }

    private static String wish(Reading reading, String vm) {
        return reading.latest().get(VM + vm) instanceof VirtualMachineFact fact
                ? String.valueOf(fact.runStrategy())
                : "";
    }

    private static String describe(Record data) {
        return switch (data) {
            case null -> "gone";
            case ReachabilityFact fact -> fact.complete() ? "complete" : "incomplete";
            case VolumeAttachmentFact attachment -> "attachment of " + attachment.volume();
            default -> "there";
        };
    }

    private static ReachabilityFact reachability(Reading reading, String cluster) {
        return (ReachabilityFact) reading.latest().get(cluster);
    }

    private static boolean complete(Reading reading) {
        return List.of("cluster1", "cluster2", "quorum").stream()
                .allMatch(
                        cluster ->
                                reading.latest().get(cluster) instanceof ReachabilityFact fact
                                        && fact.reachable()
                                        && fact.complete());
    }

    private static void awaitComplete(Reading reading) {
        soon().until(() -> complete(reading));
    }

    private static void awaitKey(Reading reading, String key) {
        soon().until(() -> reading.latest().containsKey(key));
    }

    private static HttpResponse<String> answer(int port, String path) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return client.send(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
