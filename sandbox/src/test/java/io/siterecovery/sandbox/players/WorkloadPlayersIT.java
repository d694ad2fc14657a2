package io.siterecovery.sandbox.players;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.siterecovery.sandbox.players.DrbdWorld.Options;
import io.siterecovery.sandbox.players.DrbdWorld.Protocol;
import io.siterecovery.sandbox.players.DrbdWorld.Quorum;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadPlayersIT {

    private static final Options SYNC = new Options(Protocol.C, Quorum.OFF);

    @TempDir Path dir;
    private final Vertx vertx = Vertx.vertx();
    private final DrbdWorld drbd = DrbdWorld.start();
    private final List<PlayersWorld> worlds = new ArrayList<>();

    @BeforeEach
    void machines() {
        List.of("alpha", "alpha-2").forEach(n -> drbd.addNode("one", n));
        drbd.addNode("two", "bravo");
    }

    @AfterEach
    void stop() {
        assertThat(drbd.doubleUses()).as("open on two nodes at once").isEmpty();
        worlds.forEach(PlayersWorld::close);
        drbd.close();
        vertx.close().await();
    }

    @Test
    void a_vm_starts_with_all_that_belongs_to_it_and_stops_in_order() {
        PlayersWorld one = one(Delays.NONE);
        replicated("db-disk", "alpha", "bravo");
        one.disk("db-disk");
        one.vm("db", true, "db-disk");

        soon().until(() -> one.runs("db") && one.shown("db").equals("Running"));
        GenericKubernetesResource vmi = Objects.requireNonNull(one.instance("db"));
        assertThat(KubeVirt.nodeName(vmi)).isEqualTo("alpha");
        assertThat(vmi.getMetadata().getOwnerReferences()).hasSize(1);
        assertThat(vmi.<List<Object>>get("status", "interfaces")).isNotEmpty();
        assertThat(one.launchers("db"))
                .singleElement()
                .satisfies(
                        p -> {
                            assertThat(p.getMetadata().getName()).startsWith("virt-launcher-db-");
                            assertThat(p.getMetadata().getLabels())
                                    .containsEntry("kubevirt.io", "virt-launcher");
                            assertThat(p.getSpec().getNodeName()).isEqualTo("alpha");
                        });
        assertThat(one.human.storage().v1().volumeAttachments().list().getItems())
                .singleElement()
                .satisfies(
                        a -> {
                            assertThat(a.getSpec().getAttacher())
                                    .isEqualTo("linstor.csi.linbit.com");
                            assertThat(a.getStatus().getAttached()).isTrue();
                        });
        assertThat(
                        one.human
                                .persistentVolumeClaims()
                                .inNamespace(PlayersWorld.NAMESPACE)
                                .withName("db-disk")
                                .get()
                                .getStatus()
                                .getPhase())
                .isEqualTo("Bound");
        assertThat(drbd.canWrite("alpha", "db-disk")).isTrue();

        one.setRunning("db", false);
        soon().until(() -> one.isStopped("db", "pv-db-disk") && one.shown("db").equals("Stopped"));
        assertThat(drbd.isOpen("alpha", "db-disk")).isFalse();
        List<String> deleted =
                one.server.history().stream()
                        .filter(h -> h.verb().equals("delete"))
                        .map(h -> h.resource())
                        .toList();
        assertThat(deleted)
                .containsExactly(
                        "virtualmachineinstances.kubevirt.io",
                        "pods",
                        "volumeattachments.storage.k8s.io");
    }

    @Test
    void a_graceful_stop_keeps_writing_until_the_guest_is_off() {
        PlayersWorld one = one(new Delays(Duration.ofSeconds(2), Duration.ofMillis(300)));
        replicated("db-disk", "alpha");
        one.disk("db-disk");
        one.vm("db", true, "db-disk");
        soon().until(() -> one.runs("db"));

        long begun = System.nanoTime();
        one.setRunning("db", false);
        soon().until(() -> one.shown("db").equals("Stopping"));
        assertThat(drbd.canWrite("alpha", "db-disk")).isTrue();
        soon().until(() -> one.isStopped("db", "pv-db-disk"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThan(Duration.ofSeconds(2));
        assertThat(drbd.isOpen("alpha", "db-disk")).isFalse();
    }

    @Test
    void a_vm_deleted_and_made_again_runs_again_and_so_does_one_whose_instance_is_deleted() {
        PlayersWorld one = one(Delays.NONE);
        replicated("db-disk", "alpha");
        one.disk("db-disk");
        for (int round = 0; round < 5; round++) {
            one.vm("db", true, "db-disk");
            soon().until(() -> one.runs("db"));
            one.delete("db");
        }
        soon().until(() -> one.isStopped("db", "pv-db-disk"));

        one.vm("db", true, "db-disk");
        soon().until(() -> one.runs("db"));
        String before = Objects.requireNonNull(one.instance("db")).getMetadata().getUid();
        one.human
                .genericKubernetesResources(KubeVirt.VMI)
                .inNamespace(PlayersWorld.NAMESPACE)
                .withName("db")
                .delete();
        soon().until(
                        () -> {
                            GenericKubernetesResource now = one.instance("db");
                            return now != null
                                    && !now.getMetadata().getUid().equals(before)
                                    && one.runs("db");
                        });
        assertThat(drbd.canWrite("alpha", "db-disk")).isTrue();
        assertThat(one.launchers("db")).hasSize(1);
    }

    @Test
    void a_tainted_node_takes_no_vm_until_the_taint_goes() {
        PlayersWorld one = one(Delays.NONE);
        replicated("db-disk", "alpha");
        soon().until(() -> one.human.nodes().withName("alpha").get() != null);
        one.human
                .nodes()
                .withName("alpha")
                .edit(
                        n -> {
                            n.getSpec()
                                    .setTaints(
                                            List.of(
                                                    new TaintBuilder()
                                                            .withKey("drbd.linbit.com/lost-quorum")
                                                            .withEffect("NoSchedule")
                                                            .build()));
                            return n;
                        });
        one.disk("db-disk");
        one.vm("db", true, "db-disk");

        soon().until(() -> one.shown("db").equals("ErrorUnschedulable"));
        assertThat(one.eventReasons("db")).contains("Unschedulable");

        one.human
                .nodes()
                .withName("alpha")
                .edit(
                        n -> {
                            n.getSpec().setTaints(List.of());
                            return n;
                        });
        soon().until(() -> one.runs("db") && one.failure("db").isEmpty());
    }

    @Test
    void a_claim_without_volume_stays_pending_and_the_vm_waits() {
        PlayersWorld one = one(Delays.NONE);
        one.claim("data", "linstor-local");
        one.vm("db", true, "data");
        soon().until(() -> one.shown("db").equals("WaitingForVolumeBinding"));

        one.volume("data", "not-in-this-world", "other.csi.example", "linstor-local");
        soon().until(() -> one.runs("db"));
    }

    @Test
    void a_device_that_the_other_site_has_open_keeps_the_vm_from_running() {
        PlayersWorld one = one(Delays.NONE);
        replicated("db-disk", "alpha", "bravo");
        drbd.open("bravo", "db-disk");
        one.disk("db-disk");
        one.vm("db", true, "db-disk");

        soon().until(() -> one.failure("db").contains("Wrong medium type"));
        assertThat(KubeVirt.phase(Objects.requireNonNull(one.instance("db"))))
                .isEqualTo("Scheduling");
        assertThat(one.eventReasons("db")).contains("FailedAttachVolume");
        assertThat(one.shown("db")).isEqualTo("Starting");

        drbd.close("bravo", "db-disk");
        soon().until(() -> one.runs("db"));
    }

    @Test
    void a_vm_moves_to_the_other_site_by_hand() {
        PlayersWorld one = one(Delays.NONE);
        PlayersWorld two = two(Delays.NONE);
        replicated("db-disk", "alpha", "bravo");
        for (PlayersWorld world : List.of(one, two)) {
            world.disk("db-disk");
            world.vm("db", false, "db-disk");
        }
        soon().until(() -> two.shown("db").equals("Stopped"));
        one.setRunning("db", true);
        soon().until(() -> one.runs("db"));
        // Both wish to run: DRBD keeps the second one out.
        two.setRunning("db", true);
        soon().until(() -> two.failure("db").contains("Multiple primaries"));
        assertThat(two.runs("db")).isFalse();

        one.setRunning("db", false);
        soon().until(() -> two.runs("db"));
        assertThat(drbd.canWrite("bravo", "db-disk")).isTrue();
        assertThat(one.isStopped("db", "pv-db-disk")).isTrue();
    }

    @Test
    void an_api_server_that_was_away_and_new_players_go_on_where_they_were() {
        PlayersWorld one = one(Delays.NONE);
        replicated("db-disk", "alpha");
        one.disk("db-disk");
        one.vm("db", false, "db-disk");
        soon().until(() -> one.shown("db").equals("Stopped"));
        one.server.stop();
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(4)).until(() -> true);
        one.server.resume();
        one.setRunning("db", true);
        soon().until(() -> one.runs("db"));

        one.restartPlayers(Delays.NONE);
        one.setRunning("db", false);
        soon().until(() -> one.isStopped("db", "pv-db-disk"));
        assertThat(drbd.isOpen("alpha", "db-disk")).isFalse();
    }

    @Test
    void power_loss_ends_the_guest_and_power_restarts_it() {
        PlayersWorld one = one(Delays.NONE);
        replicated("db-disk", "alpha");
        one.disk("db-disk");
        one.vm("db", true, "db-disk");
        soon().until(() -> one.runs("db"));
        String before = Objects.requireNonNull(one.instance("db")).getMetadata().getUid();

        drbd.powerOff("alpha");
        soon().until(() -> ready(one, "alpha").equals("Unknown"));
        assertThat(drbd.canWrite("alpha", "db-disk")).isFalse();
        drbd.powerOn("alpha");
        soon().until(
                        () -> {
                            GenericKubernetesResource now = one.instance("db");
                            return now != null
                                    && !now.getMetadata().getUid().equals(before)
                                    && one.runs("db");
                        });
        assertThat(drbd.canWrite("alpha", "db-disk")).isTrue();
    }

    private PlayersWorld one(Delays delays) {
        return world("one", delays, List.of("alpha", "alpha-2"));
    }

    private PlayersWorld two(Delays delays) {
        return world("two", delays, List.of("bravo"));
    }

    private PlayersWorld world(String site, Delays delays, List<String> nodes) {
        var world = new PlayersWorld(vertx, dir, site, drbd, delays, nodes);
        worlds.add(world);
        return world;
    }

    private void replicated(String resource, String... nodes) {
        drbd.createResource(resource, 64L << 20, List.of(nodes), SYNC);
    }

    private static String ready(PlayersWorld world, String node) {
        return world.human.nodes().withName(node).get().getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Ready"))
                .map(c -> c.getStatus())
                .findFirst()
                .orElse("");
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(20));
    }
}
