package io.siterecovery.failover.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.model.ResourceKind;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemberDisksTest {

    private static final ObjectMeta META =
            new ObjectMeta("u", "1", 1, Instant.EPOCH, null, Map.of());

    private final TenantView view = new TenantView(_ -> {});
    private final Map<String, GroupId> groups = new HashMap<>();
    private final MemberDisks disks =
            new MemberDisks(view, (_, vm) -> Optional.ofNullable(groups.get(vm)));

    @BeforeEach
    void one_machine_with_one_disk() {
        machine("web", "web-disk");
        volume("web-disk", "pv-1", "cg-1/0");
    }

    @Test
    void a_disk_of_members_only_is_shared_with_nobody() {
        machine("twin", "web-disk");
        volume("other-disk", "pv-2", "another");
        assertThat(shared("web", "twin")).isEmpty();
    }

    @Test
    void another_group_has_a_say_on_its_disk_whether_it_runs_or_not() {
        machine("backup", "web-disk");
        groups.put("backup", new GroupId("shop", "archive"));
        assertThat(shared("web"))
                .contains(
                        "is also a disk of VM backup, which belongs to protection group"
                                + " shop/archive");
    }

    @Test
    void a_stranger_counts_while_it_runs() {
        machine("clone", "web-disk");
        assertThat(shared("web")).isEmpty();
        put(
                ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                "clone",
                new VirtualMachineInstanceFact(META, "Running", "n", true, null));
        assertThat(shared("web")).contains("is also a disk of VM clone, which is not in the group");
    }

    @Test
    void a_consistency_group_moves_as_a_whole() {
        machine("db", "db-disk");
        volume("db-disk", "pv-2", "cg-1/1");
        assertThat(shared("web"))
                .contains("its DRBD resource also holds PVC shop/db-disk, and moves as a whole");
        assertThat(shared("web", "db")).isEmpty();
    }

    private Optional<String> shared(String... members) {
        return disks.of("cluster1", "shop", "web-disk", List.of(members)).sharedWith();
    }

    private void machine(String name, String claim) {
        put(
                ResourceKind.VIRTUAL_MACHINE,
                name,
                new VirtualMachineFact(META, true, null, List.of(claim), List.of(), null, null));
    }

    private void volume(String claim, String name, String handle) {
        put(
                ResourceKind.PERSISTENT_VOLUME_CLAIM,
                claim,
                new PersistentVolumeClaimFact(META, "s", name, "Bound", null, null));
        view.apply(
                new FactKey("cluster1", ResourceKind.PERSISTENT_VOLUME.qualified(), "", name),
                new PersistentVolumeFact(META, "d", handle, "shop", claim, "Bound", null));
    }

    private void put(ResourceKind kind, String name, ClusterFact fact) {
        view.apply(new FactKey("cluster1", kind.qualified(), "shop", name), fact);
    }
}
