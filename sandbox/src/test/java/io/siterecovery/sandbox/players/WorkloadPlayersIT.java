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
import java.util.List;
import java.util.Objects;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadPlayersIT {

    private static final Options SYNC = new Options(Protocol.C, Quorum.OFF);

    @TempDir static Path dir;
    private static final Vertx VERTX = Vertx.vertx();
    private static final DrbdWorld drbd = DrbdWorld.start();
    private static PlayersWorld one;
    private static PlayersWorld two;

    @BeforeAll
    static void start() {
        List.of("alpha", "alpha-2").forEach(n -> drbd.addNode("one", n));
        drbd.addNode("two", "bravo");
        one = new PlayersWorld(VERTX, dir, "one", drbd, Delays.NONE, List.of("alpha", "alpha-2"));
        two = new PlayersWorld(VERTX, dir, "two", drbd, Delays.NONE, List.of("bravo"));
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
        drbd.close();
        VERTX.close().await();
    }

    @AfterEach
    void nothing_was_open_twice_and_nothing_is_left() {
        assertThat(drbd.doubleUses()).as("open on two nodes at once").isEmpty();
        List.of(one, two).forEach(PlayersWorld::clear);
        soon().until(() -> one.isEmpty() && two.isEmpty());
    }

    @Test
    void a_vm_starts_with_all_that_belongs_to_it_and_stops_in_order() {
        replicated("disk-0", "alpha", "bravo");
        one.disk("disk-0");
        one.vm("vm-0", true, "disk-0");

        soon().until(() -> one.runs("vm-0") && one.shown("vm-0").equals("Running"));
        GenericKubernetesResource vmi = Objects.requireNonNull(one.instance("vm-0"));
        assertThat(KubeVirt.nodeName(vmi)).isEqualTo("alpha");
        assertThat(vmi.getMetadata().getOwnerReferences()).hasSize(1);
        assertThat(vmi.<List<Object>>get("status", "interfaces")).isNotEmpty();
        assertThat(one.launchers("vm-0"))
                .singleElement()
                .satisfies(
                        p -> {
                            assertThat(p.getMetadata().getName()).startsWith("virt-launcher-vm-0-");
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
                                .withName("disk-0")
                                .get()
                                .getStatus()
                                .getPhase())
                .isEqualTo("Bound");
        assertThat(drbd.canWrite("alpha", "disk-0")).isTrue();

        int before = one.server.history().size();
        one.setRunning("vm-0", false);
        soon().until(
                        () ->
                                one.isStopped("vm-0", "pv-disk-0")
                                        && one.shown("vm-0").equals("Stopped"));
        assertThat(drbd.isOpen("alpha", "disk-0")).isFalse();
        List<String> deleted =
                one.server.history().stream()
                        .skip(before)
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
        one.restartPlayers(new Delays(Duration.ofSeconds(1), Duration.ofMillis(300)));
        replicated("disk-1", "alpha");
        one.disk("disk-1");
        one.vm("vm-1", true, "disk-1");
        soon().until(() -> one.runs("vm-1"));

        long begun = System.nanoTime();
        one.setRunning("vm-1", false);
        soon().until(() -> one.shown("vm-1").equals("Stopping"));
        assertThat(drbd.canWrite("alpha", "disk-1")).isTrue();
        soon().until(() -> one.isStopped("vm-1", "pv-disk-1"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThan(Duration.ofSeconds(1));
        assertThat(drbd.isOpen("alpha", "disk-1")).isFalse();
    }

    @Test
    void a_vm_deleted_and_made_again_runs_again_and_so_does_one_whose_instance_is_deleted() {
        replicated("disk-2", "alpha");
        one.disk("disk-2");
        for (int round = 0; round < 5; round++) {
            one.vm("vm-2", true, "disk-2");
            soon().until(() -> one.runs("vm-2"));
            one.delete("vm-2");
        }
        soon().until(() -> one.isStopped("vm-2", "pv-disk-2"));

        one.vm("vm-2", true, "disk-2");
        soon().until(() -> one.runs("vm-2"));
        String before = Objects.requireNonNull(one.instance("vm-2")).getMetadata().getUid();
        one.human
                .genericKubernetesResources(KubeVirt.VMI)
                .inNamespace(PlayersWorld.NAMESPACE)
                .withName("vm-2")
                .delete();
        soon().until(
                        () -> {
                            GenericKubernetesResource now = one.instance("vm-2");
                            return now != null
                                    && !now.getMetadata().getUid().equals(before)
                                    && one.runs("vm-2");
                        });
        assertThat(drbd.canWrite("alpha", "disk-2")).isTrue();
        assertThat(one.launchers("vm-2")).hasSize(1);
    }

    @Test
    void a_tainted_node_takes_no_vm_until_the_taint_goes() {
        replicated("disk-3", "alpha");
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
        one.disk("disk-3");
        one.vm("vm-3", true, "disk-3");

        soon().until(() -> one.shown("vm-3").equals("ErrorUnschedulable"));
        assertThat(one.eventReasons("vm-3")).contains("Unschedulable");

        one.human
                .nodes()
                .withName("alpha")
                .edit(
                        n -> {
                            n.getSpec().setTaints(List.of());
                            return n;
                        });
        soon().until(() -> one.runs("vm-3") && one.failure("vm-3").isEmpty());
    }

    @Test
    void a_claim_without_volume_stays_pending_and_the_vm_waits() {
        one.claim("disk-4", "linstor-local");
        one.vm("vm-4", true, "disk-4");
        soon().until(() -> one.shown("vm-4").equals("WaitingForVolumeBinding"));

        one.volume("disk-4", "not-in-this-world", "other.csi.example", "linstor-local");
        soon().until(() -> one.runs("vm-4"));
    }

    @Test
    void a_device_that_the_other_site_has_open_keeps_the_vm_from_running() {
        replicated("disk-5", "alpha", "bravo");
        drbd.open("bravo", "disk-5");
        one.disk("disk-5");
        one.vm("vm-5", true, "disk-5");

        soon().until(() -> one.failure("vm-5").contains("Wrong medium type"));
        assertThat(KubeVirt.phase(Objects.requireNonNull(one.instance("vm-5"))))
                .isEqualTo("Scheduling");
        assertThat(one.eventReasons("vm-5")).contains("FailedAttachVolume");
        assertThat(one.shown("vm-5")).isEqualTo("Starting");

        drbd.close("bravo", "disk-5");
        soon().until(() -> one.runs("vm-5"));
    }

    @Test
    void a_vm_moves_to_the_other_site_by_hand() {
        replicated("disk-6", "alpha", "bravo");
        for (PlayersWorld world : List.of(one, two)) {
            world.disk("disk-6");
            world.vm("vm-6", false, "disk-6");
        }
        soon().until(() -> two.shown("vm-6").equals("Stopped"));
        one.setRunning("vm-6", true);
        soon().until(() -> one.runs("vm-6"));
        // Both wish to run: DRBD keeps the second one out.
        two.setRunning("vm-6", true);
        soon().until(() -> two.failure("vm-6").contains("Multiple primaries"));
        assertThat(two.runs("vm-6")).isFalse();

        one.setRunning("vm-6", false);
        soon().until(() -> two.runs("vm-6"));
        assertThat(drbd.canWrite("bravo", "disk-6")).isTrue();
        assertThat(one.isStopped("vm-6", "pv-disk-6")).isTrue();
    }

    @Test
    void an_api_server_that_was_away_and_new_players_go_on_where_they_were() {
        replicated("disk-7", "alpha");
        one.disk("disk-7");
        one.vm("vm-7", false, "disk-7");
        soon().until(() -> one.shown("vm-7").equals("Stopped"));
        one.server.stop();
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(4)).until(() -> true);
        one.server.resume();
        one.setRunning("vm-7", true);
        soon().until(() -> one.runs("vm-7"));

        one.restartPlayers(Delays.NONE);
        one.setRunning("vm-7", false);
        soon().until(() -> one.isStopped("vm-7", "pv-disk-7"));
        assertThat(drbd.isOpen("alpha", "disk-7")).isFalse();
    }

    @Test
    void power_loss_ends_the_guest_and_power_restarts_it() {
        replicated("disk-8", "alpha");
        one.disk("disk-8");
        one.vm("vm-8", true, "disk-8");
        soon().until(() -> one.runs("vm-8"));
        String before = Objects.requireNonNull(one.instance("vm-8")).getMetadata().getUid();

        drbd.powerOff("alpha");
        soon().until(() -> ready(one, "alpha").equals("Unknown"));
        assertThat(drbd.canWrite("alpha", "disk-8")).isFalse();
        drbd.powerOn("alpha");
        soon().until(
                        () -> {
                            GenericKubernetesResource now = one.instance("vm-8");
                            return now != null
                                    && !now.getMetadata().getUid().equals(before)
                                    && one.runs("vm-8");
                        });
        assertThat(drbd.canWrite("alpha", "disk-8")).isTrue();
    }

    private static void replicated(String resource, String... nodes) {
        drbd.createResource(resource, 64L << 20, List.of(nodes), SYNC);
    }

    /** As the product does it: a policy that admits no VMI of that name. */
    @Test
    void a_fenced_vm_is_tried_again_until_the_fence_goes_and_says_so() {
        replicated("disk-f", "alpha");
        one.disk("disk-f");
        one.fence("vm-f");
        one.vm("vm-f", true, "disk-f");
        soon().until(() -> one.failure("vm-f").contains("fenced"));
        assertThat(one.instance("vm-f")).isNull();
        assertThat(one.shown("vm-f")).isEqualTo("Stopped");
        assertThat(one.eventReasons("vm-f")).contains("FailedCreate");
        assertThat(drbd.isOpen("alpha", "disk-f")).isFalse();

        one.unfence("vm-f");
        soon().until(() -> one.runs("vm-f"));
    }

    private static String ready(PlayersWorld world, String node) {
        return world.human.nodes().withName(node).get().getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Ready"))
                .map(c -> c.getStatus())
                .findFirst()
                .orElse("");
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
    }
}
