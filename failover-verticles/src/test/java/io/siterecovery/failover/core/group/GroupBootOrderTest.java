package io.siterecovery.failover.core.group;

import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.plan;
import static io.siterecovery.failover.core.Fixtures.replication;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.failover.core.definition.Findings;
import io.siterecovery.failover.core.group.GroupEffect.PatchVm;
import io.siterecovery.failover.core.group.GroupEffect.Power;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.group.GroupObservation.Definition;
import io.siterecovery.failover.core.group.GroupObservation.DrbdTaints;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Operation;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ProtectionGroupSpec;
import io.siterecovery.model.ProtectionGroupStatus;
import io.siterecovery.model.ProtectionGroupStatus.MemberStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A database in boot group 1, then an application and what depends on it. */
class GroupBootOrderTest {

    private static final ProtectionGroupStatus NO_STATUS =
            new ProtectionGroupStatus(
                    null, null, null, null, null, null, null, null, null, null, null, null, null);
    private static final Ownership AT_SOURCE =
            Ownership.unclaimed().takenBy("us").claimedBy(SOURCE);
    private static final Ownership CLOSED =
            AT_SOURCE.close(SOURCE, TARGET, plan().lock(), plan().record());
    private static final Ownership AT_TARGET = CLOSED.grant(TARGET);

    private enum Vm {
        OFF,
        TOLD_TO_START,
        RUNS,
        READY,
        TOLD_TO_STOP
    }

    private final Map<String, Vm> source = new TreeMap<>();
    private final Map<String, Vm> target = new TreeMap<>();
    private List<String> appDependsOn = List.of();
    private Ownership ownership = AT_SOURCE;
    private Ownership marked = AT_SOURCE;
    private Optional<Operation> operation = Optional.empty();
    private String desired = "running";

    GroupBootOrderTest() {
        all(source, Vm.READY);
        all(target, Vm.OFF);
    }

    @Test
    void starts_step_by_step_when_what_comes_first_is_ready() {
        granted();
        assertThat(powered(Power.START)).containsExactly("db on " + TARGET);
        target.put("db", Vm.TOLD_TO_START);
        assertThat(powered(Power.START)).isEmpty();
        target.put("db", Vm.RUNS);
        assertThat(powered(Power.START)).as("runs, but is not ready").isEmpty();
        target.put("db", Vm.READY);
        assertThat(powered(Power.START)).containsExactly("app on " + TARGET);
        target.put("app", Vm.READY);
        assertThat(powered(Power.START)).containsExactly("web on " + TARGET);
    }

    @Test
    void what_waits_is_stamped_before_its_turn() {
        granted();
        assertThat(powered(Power.AS_IT_IS)).containsExactly("app on " + TARGET, "web on " + TARGET);
        marked = AT_TARGET;
        assertThat(powered(Power.AS_IT_IS)).isEmpty();
    }

    @Test
    void a_vm_that_is_told_to_stop_is_not_ready_though_it_is_still_seen() {
        granted();
        target.put("db", Vm.TOLD_TO_STOP);
        assertThat(powered(Power.START)).containsExactly("db on " + TARGET);
    }

    @Test
    void what_runs_already_is_left_alone_whoever_comes_first() {
        granted();
        marked = AT_TARGET;
        target.put("web", Vm.READY);
        assertThat(powered(Power.STOP)).isEmpty();
        assertThat(powered(Power.START)).containsExactly("db on " + TARGET);
    }

    @Test
    void stops_in_reverse_order() {
        stopping(false);
        assertThat(powered(Power.STOP)).containsExactly("web on " + SOURCE);
        source.put("web", Vm.TOLD_TO_STOP);
        assertThat(powered(Power.STOP)).isEmpty();
        source.put("web", Vm.OFF);
        assertThat(powered(Power.STOP)).containsExactly("app on " + SOURCE);
        source.put("app", Vm.OFF);
        assertThat(powered(Power.STOP)).containsExactly("db on " + SOURCE);
    }

    @Test
    void a_wish_for_stopped_is_followed_in_reverse_order() {
        desired = "stopped";
        assertThat(powered(Power.STOP)).containsExactly("web on " + SOURCE);
        assertThat(members()).containsEntry("db", "Running: is stopped after web");
    }

    @Test
    void an_emergency_stops_all_at_once() {
        stopping(true);
        assertThat(powered(Power.STOP)).hasSize(3);
    }

    @Test
    void where_the_group_may_not_run_all_is_stopped_at_once() {
        all(target, Vm.READY);
        assertThat(powered(Power.STOP)).hasSize(3).allMatch(s -> s.endsWith(TARGET.name()));
    }

    @Test
    void says_of_each_vm_whom_it_waits_for() {
        granted();
        target.put("db", Vm.RUNS);
        assertThat(members())
                .containsEntry("db", "Running: not ready")
                .containsEntry("app", "Waiting: waits for db")
                .containsEntry("web", "Waiting: waits for db");
        target.put("db", Vm.READY);
        assertThat(members())
                .containsEntry("db", "Running: null")
                .containsEntry("app", "Stopped: null")
                .containsEntry("web", "Waiting: waits for app");
    }

    @Test
    void a_cycle_makes_the_group_failed_and_stops_nothing_from_being_stopped() {
        appDependsOn = List.of("web");
        ProtectionGroupStatus status = status(SOURCE);
        assertThat(status.state()).isEqualTo("Failed");
        assertThat(status.vmCount()).isEqualTo(1);
        assertThat(Objects.requireNonNull(status.conditions()).getFirst().message())
                .isEqualTo("virtualMachines[1].dependsOn: cycle app -> web -> app");
        stopping(false);
        assertThat(powered(Power.STOP)).containsExactly("app on " + SOURCE, "web on " + SOURCE);
    }

    private void granted() {
        all(source, Vm.OFF);
        ownership = AT_TARGET;
        operation = Optional.of(new Operation("uid-1", "StartingVMs"));
    }

    private void stopping(boolean emergency) {
        ownership = CLOSED;
        marked = CLOSED;
        operation = Optional.of(new Operation("uid-1", "StoppingVMs", emergency));
    }

    private static void all(Map<String, Vm> site, Vm state) {
        List.of("db", "app", "web").forEach(vm -> site.put(vm, state));
    }

    private List<String> powered(Power power) {
        return GroupPolicy.decide(observe()).actions().stream()
                .filter(PatchVm.class::isInstance)
                .map(PatchVm.class::cast)
                .filter(p -> p.power() == power)
                .map(p -> p.name() + " on " + p.cluster())
                .sorted()
                .toList();
    }

    private ProtectionGroupStatus status(ClusterId cluster) {
        return GroupPolicy.decide(observe()).statuses().stream()
                .filter(s -> s.cluster().filter(cluster::equals).isPresent())
                .findFirst()
                .orElseThrow()
                .status();
    }

    private Map<String, String> members() {
        ClusterId holder = ownership.holder().isAt(TARGET) ? TARGET : SOURCE;
        return Objects.requireNonNull(status(holder).virtualMachines()).stream()
                .collect(Collectors.toMap(MemberStatus::name, m -> m.state() + ": " + m.reason()));
    }

    private GroupObservation observe() {
        ProtectionGroupSpec spec =
                new ProtectionGroupSpec(
                        List.of(
                                new ProtectionGroupSpec.Member("db", null, 1, null),
                                new ProtectionGroupSpec.Member("app", null, null, appDependsOn),
                                new ProtectionGroupSpec.Member("web", null, 3, List.of("app"))),
                        desired,
                        null,
                        null,
                        null,
                        null);
        return new GroupObservation(
                NOW,
                "prod",
                "us",
                GROUP,
                true,
                Optional.of(new Definition(Optional.of(SOURCE), meta(Map.of()), spec)),
                Optional.of(new OwnershipSeen("o", "1", ownership)),
                operation,
                List.of(site(SOURCE, source, spec), site(TARGET, target, spec)),
                replication(),
                DrbdTaints.NONE,
                Findings.NONE,
                PastMoves.NONE);
    }

    private Site site(ClusterId cluster, Map<String, Vm> vms, ProtectionGroupSpec spec) {
        String claim = marked.claim("prod", GROUP).toString();
        boolean fenced = !ownership.holder().isAt(cluster);
        Map<String, String> fence = new HashMap<>();
        vms.keySet().forEach(vm -> fence.put(vm, claim));
        return new Site(
                cluster,
                true,
                true,
                Optional.of(new Copy(meta(Map.of()), spec, NO_STATUS)),
                vms.entrySet().stream().map(e -> member(e.getKey(), e.getValue(), claim)).toList(),
                fenced ? Optional.of(new FenceFact(meta(Map.of()), fence)) : Optional.empty(),
                Optional.of(true));
    }

    private static Member member(String name, Vm state, String claim) {
        boolean halted = Set.of(Vm.OFF, Vm.TOLD_TO_STOP).contains(state);
        boolean runs = Set.of(Vm.RUNS, Vm.READY, Vm.TOLD_TO_STOP).contains(state);
        boolean ready = Set.of(Vm.READY, Vm.TOLD_TO_STOP).contains(state);
        return new Member(
                name,
                Optional.of(
                        new VirtualMachineFact(
                                meta(Map.of(ApiGroups.CLAIM, claim)),
                                !halted,
                                null,
                                List.of(),
                                List.of(),
                                null,
                                null)),
                runs
                        ? Optional.of(
                                new VirtualMachineInstanceFact(
                                        meta(Map.of()), "Running", "n1", ready, null))
                        : Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    private static ObjectMeta meta(Map<String, String> annotations) {
        return new ObjectMeta("uid", "5", 1, NOW, null, annotations);
    }
}
