package io.siterecovery.failover.view;

import static io.siterecovery.failover.core.Fixtures.state;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.model.ResourceKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TenantViewTest {

    private static final FactKey VM =
            new FactKey("cluster1", "VirtualMachine.kubevirt.io", "production", "vm");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Change> changes = new ArrayList<>();
    private final TenantView view = new TenantView(changes::add);

    @Test
    void an_older_fact_does_not_overwrite_the_answer_to_our_own_write() {
        view.apply(VM, vm("9", false));
        view.apply(VM, vm("8", true));
        assertThat(seen().halted()).isTrue();
        view.apply(VM, vm("10", true));
        assertThat(seen().halted()).isFalse();
        assertThat(changes).hasSize(2);
    }

    @Test
    void what_is_gone_is_gone_and_saying_so_twice_wakes_nobody() {
        view.apply(VM, vm("9", false));
        view.apply(VM, null);
        view.apply(VM, null);
        assertThat(view.shelf("cluster1", ResourceKind.VIRTUAL_MACHINE, "production")).isEmpty();
        assertThat(changes).hasSize(2).containsOnly(machines("vm"));
    }

    @Test
    void a_late_answer_does_not_bring_back_what_is_gone() {
        view.apply(VM, vm("9", false));
        view.apply(VM, null);
        view.patched(VM, vm("10", true));
        assertThat(view.shelf("cluster1", ResourceKind.VIRTUAL_MACHINE, "production")).isEmpty();
        view.apply(VM, vm("11", false));
        view.patched(VM, vm("12", true));
        assertThat(seen().halted()).isFalse();
    }

    @Test
    void what_a_call_did_not_find_is_gone_unless_more_is_known_meanwhile() {
        view.apply(VM, vm("9", false));
        view.apply(VM, vm("10", true));
        view.notFound(VM, vm("9", false));
        assertThat(seen().halted()).isFalse();
        view.notFound(VM, vm("10", true));
        assertThat(view.shelf("cluster1", ResourceKind.VIRTUAL_MACHINE, "production")).isEmpty();
    }

    @Test
    void a_volume_and_its_attachment_concern_who_uses_the_claim() {
        view.apply(VM, using("vm-disk"));
        changes.clear();
        FactKey pv = new FactKey("cluster1", "PersistentVolume", "", "pv");
        view.apply(
                pv,
                new PersistentVolumeFact(
                        meta("1"), "driver", "pv", "production", "vm-disk", "Bound", null));
        view.apply(
                new FactKey("cluster1", "VolumeAttachment.storage.k8s.io", "", "csi-1"),
                new VolumeAttachmentFact(meta("2"), "pv", "n1", true));
        assertThat(changes).isNotEmpty().last().isEqualTo(machines("vm"));
        assertThat(view.attached("cluster1", "pv")).isTrue();
        assertThat(view.volumeFor("cluster1", "production", "vm-disk")).contains("pv");
    }

    @Test
    void a_fence_concerns_those_whose_claims_are_different() {
        FactKey key = new FactKey("cluster1", "ConfigMap", "production", "site-recovery-fence");
        view.apply(key, new FenceFact(meta("1"), Map.of("a", "c1", "b", "c1")));
        assertThat(changes).containsExactly(new Change.Namespace("production"));
        changes.clear();
        view.apply(key, new FenceFact(meta("2"), Map.of("b", "c2", "c", "c3", "a", "c1")));
        assertThat(changes).containsExactly(machines("b", "c"));
    }

    @Test
    void a_disk_that_changes_hands_concerns_both() {
        view.apply(VM, using("vm-disk"));
        FactKey pvc = new FactKey("cluster1", "PersistentVolumeClaim", "production", "vm-disk");
        changes.clear();
        view.apply(
                pvc, new PersistentVolumeClaimFact(meta("2"), null, "pv-1", "Bound", null, null));
        assertThat(changes).containsExactly(machines("vm"));
        changes.clear();
        view.applyDrbd("cluster1", "n1", "pv-1", null);
        view.applyDrbd("cluster1", "n1", "unknown", null);
        assertThat(changes).containsExactly(machines("vm"), new Change.Everything());
    }

    @Test
    void a_word_of_a_node_that_comes_after_a_later_one_changes_nothing() {
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        DrbdResourceState state = state("n1", "n2");
        RoutedDrbdState later = new RoutedDrbdState("cluster1", "site", 8, noon, state);
        RoutedDrbdState earlier =
                new RoutedDrbdState("cluster1", "site", 7, noon.minusSeconds(9), state);
        RoutedDrbdState inAnewTopic =
                new RoutedDrbdState("cluster1", "site", 0, noon.plusSeconds(9), state);
        view.applyDrbd("cluster1", "n1", "pv-1", later);
        changes.clear();
        view.applyDrbd("cluster1", "n1", "pv-1", earlier);
        assertThat(view.drbd("pv-1")).containsExactly(later);
        assertThat(changes).isEmpty();
        view.applyDrbd("cluster1", "n1", "pv-1", inAnewTopic);
        assertThat(view.drbd("pv-1")).containsExactly(inAnewTopic);
    }

    @Test
    void an_ownership_concerns_its_group_and_an_operation_the_one_it_moves() throws Exception {
        FactKey own =
                new FactKey(
                        FactKey.QUORUM,
                        ResourceKind.GROUP_OWNERSHIP.qualified(),
                        "dr-prod",
                        "production.pg");
        view.apply(own, resource("1", "{\"namespace\": \"production\", \"group\": \"pg\"}", "{}"));
        view.apply(
                own,
                resource(
                        "2",
                        "{\"namespace\": \"production\", \"group\": \"pg\", \"epoch\": 2}",
                        "{}"));
        GroupId group = new GroupId("production", "pg");
        assertThat(changes)
                .containsExactly(new Change.Namespace("production"), new Change.Group(group));
        changes.clear();
        FactKey failover =
                new FactKey(FactKey.QUORUM, ResourceKind.FAILOVER.qualified(), "dr-prod", "move");
        view.apply(failover, resource("1", "{}", "{}"));
        view.apply(
                failover, resource("2", "{}", "{\"operation\": {\"group\": \"production/pg\"}}"));
        assertThat(changes)
                .startsWith(new Change.Operation("move", Optional.empty()))
                .endsWith(new Change.Operation("move", Optional.of(group)));
    }

    private static CustomResourceFact resource(String version, String spec, String status)
            throws Exception {
        return new CustomResourceFact(
                meta(version), List.of(), JSON.readTree(spec), JSON.readTree(status));
    }

    @Test
    void a_word_is_as_late_as_what_its_beat_names_not_as_where_it_landed() {
        view.applyBeats(beats(900, null));
        assertThat(view.seenThrough("cluster1", "n1")).isEqualTo(-1);
        view.applyBeats(beats(1000, 899L));
        assertThat(view.seenThrough("cluster1", "n1")).isEqualTo(899);
        view.applyBeats(beats(1001, 898L));
        assertThat(view.seenThrough("cluster1", "n1")).isEqualTo(899);
    }

    @Test
    void a_beat_wakes_only_who_waits_for_it() {
        view.applyBeats(beats(900, 899L));
        changes.clear();
        view.applyBeats(beats(901, 900L));
        assertThat(changes).isEmpty();
        view.awaitBeats();
        view.applyBeats(beats(902, 900L));
        assertThat(changes).as("it names nothing later").isEmpty();
        view.applyBeats(beats(903, 902L));
        view.applyBeats(beats(904, 903L));
        assertThat(changes).containsExactly(new Change.Beats());
    }

    private static RoutedBeats beats(long offset, @Nullable Long acknowledged) {
        return new RoutedBeats(
                "cluster1",
                "site",
                Map.of(
                        "n1",
                        new RoutedBeats.RoutedBeat(
                                offset, Instant.EPOCH, "inc", 1, true, acknowledged)));
    }

    private VirtualMachineFact seen() {
        return view.get(
                        VirtualMachineFact.class,
                        "cluster1",
                        ResourceKind.VIRTUAL_MACHINE,
                        "production",
                        "vm")
                .orElseThrow();
    }

    private static Change machines(String... vms) {
        return new Change.Machines("production", Set.of(vms));
    }

    private static VirtualMachineFact using(String claim) {
        return new VirtualMachineFact(meta("1"), true, null, List.of(claim), List.of(), null, null);
    }

    private static VirtualMachineFact vm(String version, boolean running) {
        return new VirtualMachineFact(
                meta(version), running, null, List.of(), List.of(), null, null);
    }

    private static ObjectMeta meta(String version) {
        return new ObjectMeta("u", version, 1, Instant.EPOCH, null, Map.of());
    }
}
