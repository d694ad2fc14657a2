package io.siterecovery.failover.core.group;

import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.plan;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.StorageClassFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.failover.core.definition.Findings;
import io.siterecovery.failover.core.group.GroupEffect.CreateOwnership;
import io.siterecovery.failover.core.group.GroupEffect.Fence;
import io.siterecovery.failover.core.group.GroupEffect.MakeCopy;
import io.siterecovery.failover.core.group.GroupEffect.PatchVm;
import io.siterecovery.failover.core.group.GroupEffect.Power;
import io.siterecovery.failover.core.group.GroupEffect.Unfence;
import io.siterecovery.failover.core.group.GroupEffect.WriteOwnership;
import io.siterecovery.failover.core.group.GroupEffect.WriteStatus;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.group.GroupObservation.Definition;
import io.siterecovery.failover.core.group.GroupObservation.Disk;
import io.siterecovery.failover.core.group.GroupObservation.DrbdTaints;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Operation;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.Condition;
import io.siterecovery.model.ProtectionGroupSpec;
import io.siterecovery.model.ProtectionGroupStatus;
import io.siterecovery.model.ResourceJson;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupPolicyTest {

    private static final ProtectionGroupStatus NO_STATUS =
            new ProtectionGroupStatus(
                    null, null, null, null, null, null, null, null, null, null, null, null, null);
    private static final Ownership AT_SOURCE =
            Ownership.unclaimed().takenBy("us").claimedBy(SOURCE);
    private static final Ownership CLOSED =
            AT_SOURCE.close(SOURCE, TARGET, plan().lock(), plan().record());
    private static final Ownership AT_TARGET = CLOSED.grant(TARGET);

    private final World source = new World(SOURCE);
    private final World target = new World(TARGET);
    private Optional<Ownership> ownership = Optional.of(AT_SOURCE);
    private Optional<Operation> operation = Optional.empty();
    private String desired = "running";
    private String placementCount = "2";
    private boolean paused;
    private DrbdTaints taints = DrbdTaints.NONE;
    private Standing standing = Standing.GOOD;

    @Test
    void one_group_too_many_is_not_claimed_and_says_so_and_one_that_is_held_stays() {
        standing =
                new Standing(
                        Optional.empty(),
                        Optional.of("the deployment may have 3 groups and has 3"));
        source.up().copied = true;
        target.copied = true;
        List<GroupEffect> held = actions();
        standing = Standing.GOOD;
        assertThat(held).isEqualTo(actions());
        standing =
                new Standing(
                        Optional.empty(),
                        Optional.of("the deployment may have 3 groups and has 3"));
        ownership = Optional.of(Ownership.unclaimed());
        assertThat(actions()).noneMatch(WriteOwnership.class::isInstance);
        assertThat(condition(statuses().getFirst(), "ValidationFailed").message())
                .contains("may have 3 groups and has 3");
        standing = Standing.GOOD;
        assertThat(actions()).anyMatch(WriteOwnership.class::isInstance);
    }

    @Test
    void a_new_group_is_first_unclaimed_and_nothing_is_touched() {
        ownership = Optional.empty();
        source.up().copied = true;
        target.copied = true;
        assertThat(actions()).hasSize(1).first().isInstanceOf(CreateOwnership.class);
    }

    @Test
    void is_claimed_where_its_vms_run_once_both_sites_have_answered() {
        ownership = Optional.of(Ownership.unclaimed());
        source.up();
        target.copied = true;
        WriteOwnership write = only(WriteOwnership.class);
        assertThat(write.next().holder()).isEqualTo(new Holder.At(SOURCE));
        assertThat(write.next().actsFor("us")).isTrue();

        target.known = false;
        assertThat(actions()).isEmpty();
    }

    @Test
    void is_not_claimed_while_vms_run_on_both_sites_and_nothing_is_stopped() {
        ownership = Optional.of(Ownership.unclaimed());
        source.up();
        target.up().copied = true;
        assertThat(actions()).isEmpty();
    }

    @Test
    void is_not_claimed_while_the_other_site_would_start_it_by_itself() {
        ownership = Optional.of(Ownership.unclaimed());
        source.up();
        target.copied = true;
        target.vmRuns = true;
        assertThat(actions()).isEmpty();
    }

    @Test
    void a_group_that_fails_validation_is_neither_claimed_nor_copied() {
        ownership = Optional.of(Ownership.unclaimed());
        placementCount = "1";
        source.up();
        assertThat(actions()).isEmpty();
        WriteStatus status = statuses().getFirst();
        assertThat(status.status().state()).isEqualTo("Failed");
        assertThat(status.status().vmCount()).isZero();
        assertThat(condition(status, "ValidationFailed"))
                .extracting(Condition::status, Condition::reason, Condition::message)
                .containsExactly(
                        "True",
                        "InvalidConfiguration",
                        "PVC vm-disk for VM vm: Storage class linstor has placementCount=1, minimum"
                                + " 2 required for geo-replication");
    }

    @Test
    void is_copied_to_the_other_site_stopped() {
        source.up().marked(AT_SOURCE);
        target.marked(AT_SOURCE).fenced(AT_SOURCE);
        MakeCopy copy = only(MakeCopy.class);
        assertThat(copy.cluster()).isEqualTo(TARGET);
        assertThat(copy.spec().desiredState()).isEqualTo("stopped");
    }

    @Test
    void the_other_site_is_fenced_and_held_stopped_whatever_desired_state_says() {
        source.up().marked(AT_SOURCE);
        target.copied = true;
        target.copyDesires = "running";
        target.vmRuns = true;
        List<GroupEffect> actions = actions();
        assertThat(actions).hasSize(2);
        assertThat(actions.getFirst())
                .isInstanceOfSatisfying(
                        Fence.class,
                        f -> {
                            assertThat(f.cluster()).isEqualTo(TARGET);
                            assertThat(f.vms()).containsExactly("vm");
                        });
        assertThat(actions.getLast())
                .isInstanceOfSatisfying(
                        PatchVm.class, p -> assertThat(p.power()).isEqualTo(Power.STOP));
    }

    @Test
    void once_converged_there_is_nothing_to_write() {
        settled();
        assertThat(actions()).isEmpty();
        List<WriteStatus> first = statuses();
        assertThat(first).hasSize(2);
        source.status = first.get(0).status();
        target.status = first.get(1).status();
        assertThat(statuses()).isEmpty();
    }

    @Test
    void a_vm_that_was_created_again_on_the_other_site_is_stamped_and_stopped_in_one_write() {
        settled();
        target.claim = Optional.empty();
        target.vmRuns = true;
        PatchVm patch = only(PatchVm.class);
        assertThat(patch.power()).isEqualTo(Power.STOP);
        assertThat(patch.claim()).isEqualTo(AT_SOURCE.claim("prod", GROUP));
    }

    @Test
    void while_closing_every_source_mark_is_renewed_and_nothing_is_stopped_yet() {
        settled();
        moving("Closing");
        List<GroupEffect> actions = actions();
        assertThat(actions).hasSize(2).allMatch(e -> on(e, SOURCE));
        assertThat(actions)
                .filteredOn(PatchVm.class::isInstance)
                .allMatch(e -> ((PatchVm) e).power() == Power.AS_IT_IS)
                .allMatch(e -> ((PatchVm) e).claim().equals(CLOSED.claim("prod", GROUP)));
    }

    @Test
    void stops_the_source_when_the_failover_says_so_even_if_a_tool_wishes_it_running() {
        settled();
        moving("StoppingVMs");
        source.marked(CLOSED).fenced(CLOSED);
        desired = "running";
        assertThat(only(PatchVm.class).power()).isEqualTo(Power.STOP);
    }

    @Test
    void starts_nothing_while_the_group_is_moving() {
        settled();
        moving("Proving");
        source.marked(CLOSED).fenced(CLOSED).down();
        target.copyDesires = "running";
        assertThat(actions()).isEmpty();
    }

    @Test
    void opens_the_fence_first_and_starts_only_when_it_is_seen_open() {
        settled();
        ownership = Optional.of(AT_TARGET);
        operation = Optional.of(new Operation("uid-1", "StartingVMs"));
        source.marked(CLOSED).fenced(CLOSED).down();
        assertThat(only(Unfence.class).vms()).containsExactly("vm");
        target.fencedBy = Optional.empty();
        PatchVm start = only(PatchVm.class);
        assertThat(start.power()).isEqualTo(Power.START);
        assertThat(start.cluster()).isEqualTo(TARGET);
        assertThat(start.claim()).isEqualTo(AT_TARGET.claim("prod", GROUP));
    }

    @Test
    void starts_nothing_before_taints_are_out_of_the_way() {
        granted();
        taints = new DrbdTaints(false, Map.of(TARGET, List.of(new NodeTaint("n2", "t"))));
        for (String step : List.of("Granting", "RemovingTaints")) {
            operation = Optional.of(new Operation("uid-1", step));
            assertThat(actions()).isEmpty();
        }
        operation = Optional.of(new Operation("uid-1", "StartingVMs"));
        assertThat(only(PatchVm.class).power()).isEqualTo(Power.START);
        assertThat(only(PatchVm.class).tolerates()).isEmpty();
        taints = DrbdTaints.NONE;
        operation = Optional.of(new Operation("uid-1", "Granting"));
        assertThat(only(PatchVm.class).power()).as("no taint, no wait").isEqualTo(Power.START);
    }

    @Test
    void tolerates_the_taints_that_are_there_where_that_is_the_policy() {
        granted();
        operation = Optional.of(new Operation("uid-1", "Granting"));
        taints = new DrbdTaints(true, Map.of(TARGET, List.of(new NodeTaint("n2", "t"))));
        assertThat(only(PatchVm.class).power()).isEqualTo(Power.START);
        assertThat(only(PatchVm.class).tolerates()).containsExactly("t");
        taints = DrbdTaints.NONE;
        assertThat(only(PatchVm.class).tolerates()).isEmpty();
    }

    private void granted() {
        settled();
        ownership = Optional.of(AT_TARGET);
        source.marked(CLOSED).fenced(CLOSED).down();
        target.fencedBy = Optional.empty();
    }

    @Test
    void a_wish_for_stopped_on_the_holders_side_is_followed() {
        settled();
        desired = "stopped";
        assertThat(only(PatchVm.class).power()).isEqualTo(Power.STOP);
        paused = true;
        assertThat(actions()).isEmpty();
    }

    @Test
    void a_silent_site_is_left_alone_and_makes_nothing_failed() {
        settled();
        source.known = false;
        source.vmRuns = false;
        assertThat(actions()).isEmpty();
        assertThat(statuses()).allMatch(s -> s.cluster().get().equals(TARGET));
    }

    @Test
    void another_instances_group_is_taken_before_anything_is_done_and_only_then() {
        settled();
        ownership = Optional.of(AT_SOURCE.takenBy("them"));
        source.marked(AT_SOURCE.takenBy("them"));
        assertThat(actions()).isEmpty();
        target.vmRuns = true;
        assertThat(only(WriteOwnership.class).next().actsFor("us")).isTrue();
    }

    @Test
    void a_claim_of_a_later_epoch_freezes_the_group() {
        settled();
        source.marked(AT_TARGET);
        target.vmRuns = true;
        assertThat(actions()).isEmpty();
        assertThat(condition(statuses().getFirst(), "Owned").reason()).isEqualTo("Frozen");
    }

    @Test
    void whoever_ran_elsewhere_stays_named_though_stopped_one_after_the_other() {
        ownership = Optional.of(AT_TARGET);
        source.up();
        target.copied = true;
        WriteStatus first = statuses().getLast();
        assertThat(condition(first, "SplitBrainSuspected").message()).startsWith("vm on " + SOURCE);
        ObjectNode stored = ResourceJson.write(first.status());
        stored.withArray("conditions")
                .forEach(
                        c ->
                                ((ObjectNode) c)
                                        .put(
                                                "message",
                                                c.path("message")
                                                        .asText()
                                                        .replace("vm on", "gone-vm on")));
        target.status = ResourceJson.read("status", stored, ProtectionGroupStatus.class);
        for (WriteStatus status : statuses()) {
            assertThat(condition(status, "SplitBrainSuspected").message())
                    .startsWith("gone-vm on " + SOURCE + ", vm on " + SOURCE + " ran although");
        }
    }

    @Test
    void what_stops_a_vm_elsewhere_goes_out_together_with_its_name() {
        settled();
        assertThat(decision().together()).isEmpty();
        target.up();
        assertThat(decision().together())
                .anyMatch(e -> e instanceof PatchVm p && p.power() == Power.STOP)
                .filteredOn(WriteStatus.class::isInstance)
                .hasSize(2)
                .allMatch(
                        e ->
                                condition((WriteStatus) e, "SplitBrainSuspected")
                                        .message()
                                        .startsWith("vm on " + TARGET));
    }

    @Test
    void where_nothing_ran_elsewhere_statuses_are_in_no_actions_way() {
        settled();
        source.vmRuns = false;
        assertThat(statuses()).isNotEmpty();
        assertThat(decision().together()).singleElement().isInstanceOf(PatchVm.class);
    }

    private void settled() {
        source.up().marked(AT_SOURCE);
        target.marked(AT_SOURCE).fenced(AT_SOURCE).copied = true;
    }

    private void moving(String step) {
        ownership = Optional.of(CLOSED);
        operation = Optional.of(new Operation("uid-1", step));
    }

    private static boolean on(GroupEffect effect, ClusterId cluster) {
        return switch (effect) {
            case PatchVm p -> p.cluster().equals(cluster);
            case Fence f -> f.cluster().equals(cluster);
            default -> false;
        };
    }

    private <T extends GroupEffect> T only(Class<T> type) {
        List<GroupEffect> actions = actions();
        assertThat(actions).singleElement().isInstanceOf(type);
        return type.cast(actions.getFirst());
    }

    private GroupDecision decision() {
        return GroupPolicy.decide(observe());
    }

    private List<GroupEffect> actions() {
        return decision().actions();
    }

    private List<WriteStatus> statuses() {
        return decision().statuses();
    }

    private static Condition condition(WriteStatus write, String type) {
        return Objects.requireNonNull(write.status().conditions()).stream()
                .filter(c -> c.type().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private GroupObservation observe() {
        ProtectionGroupSpec spec = spec(desired);
        return new GroupObservation(
                NOW,
                "prod",
                "us",
                GROUP,
                true,
                Optional.of(new Definition(Optional.of(SOURCE), meta("pg", Map.of()), spec)),
                ownership.map(o -> new OwnershipSeen("o", "1", o)),
                operation,
                List.of(source.site(spec, false), target.site(spec(target.copyDesires), true)),
                replication(sourceReport(), targetReport()),
                taints,
                Findings.NONE,
                PastMoves.NONE,
                standing);
    }

    private ProtectionGroupSpec spec(String desiredState) {
        return new ProtectionGroupSpec(
                List.of(new ProtectionGroupSpec.Member("vm", null, null, null)),
                desiredState,
                null,
                paused,
                null,
                null);
    }

    private static ObjectMeta meta(String uid, Map<String, String> annotations) {
        return new ObjectMeta(uid, "5", 1, NOW, null, annotations);
    }

    /** One site: its VM defined, halted and not running, unless a test says otherwise. */
    private final class World {
        final ClusterId cluster;
        boolean known = true;
        boolean copied;
        boolean vmRuns;
        boolean instanceRuns;
        String copyDesires = "stopped";
        Optional<Claim> claim = Optional.empty();
        Optional<Claim> fencedBy = Optional.empty();
        ProtectionGroupStatus status = NO_STATUS;

        World(ClusterId cluster) {
            this.cluster = cluster;
            this.copied = cluster.equals(SOURCE);
        }

        World up() {
            vmRuns = true;
            instanceRuns = true;
            return this;
        }

        World down() {
            vmRuns = false;
            instanceRuns = false;
            return this;
        }

        World marked(Ownership by) {
            claim = Optional.of(by.claim("prod", GROUP));
            return this;
        }

        World fenced(Ownership by) {
            fencedBy = Optional.of(by.claim("prod", GROUP));
            return this;
        }

        Site site(ProtectionGroupSpec spec, boolean ours) {
            Optional<Copy> copy =
                    copied
                            ? Optional.of(
                                    new Copy(
                                            meta(
                                                    cluster.name(),
                                                    ours
                                                            ? Map.of(ApiGroups.COPY_OF, "pg")
                                                            : Map.of()),
                                            spec,
                                            status))
                            : Optional.empty();
            return new Site(
                    cluster,
                    known,
                    known,
                    copy,
                    List.of(member()),
                    fencedBy.map(
                            c -> new FenceFact(meta("cm", Map.of()), Map.of("vm", c.toString()))),
                    Optional.of(true));
        }

        private Member member() {
            Map<String, String> annotations =
                    claim.<Map<String, String>>map(c -> Map.of(ApiGroups.CLAIM, c.toString()))
                            .orElse(Map.of());
            return new Member(
                    "vm",
                    Optional.of(
                            new VirtualMachineFact(
                                    meta("vm", annotations),
                                    vmRuns,
                                    null,
                                    List.of("vm-disk"),
                                    List.of(),
                                    null,
                                    null)),
                    instanceRuns
                            ? Optional.of(
                                    new VirtualMachineInstanceFact(
                                            meta("vmi", Map.of()), "Running", "n1", true, null))
                            : Optional.empty(),
                    List.of(),
                    List.of(disk()),
                    Optional.empty());
        }

        private Disk disk() {
            return new Disk(
                    "vm-disk",
                    Optional.of(
                            new PersistentVolumeClaimFact(
                                    meta("pvc", Map.of()),
                                    "linstor",
                                    "pvc-1",
                                    "Bound",
                                    null,
                                    null)),
                    Optional.of(
                            new PersistentVolumeFact(
                                    meta("pv", Map.of()),
                                    "linstor.csi.linbit.com",
                                    "pvc-1",
                                    GROUP.namespace(),
                                    "vm-disk",
                                    "Bound",
                                    null)),
                    Optional.of(
                            new StorageClassFact(
                                    meta("sc", Map.of()),
                                    "linstor.csi.linbit.com",
                                    Map.of(
                                            "linstor.csi.linbit.com/PlacementCount",
                                            placementCount,
                                            "replicasOnDifferent",
                                            "site"))),
                    instanceRuns,
                    Optional.empty());
        }
    }
}
