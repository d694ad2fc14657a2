package io.siterecovery.failover.core.failover;

import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.plan;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Failed;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.FailoverState.Rehearsed;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Observation.Vm;
import io.siterecovery.failover.core.failover.Preflight.GroupSeen;
import io.siterecovery.failover.core.failover.Preflight.Health;
import io.siterecovery.failover.core.failover.Preflight.Health.Verdict;
import io.siterecovery.failover.core.failover.Preflight.Seen;
import io.siterecovery.failover.core.failover.Preflight.Subject;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.Ownership.Lock;
import io.siterecovery.failover.core.ownership.Ownership.Past;
import io.siterecovery.failover.core.proof.Resync;
import io.siterecovery.failover.core.taint.Bystanders;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.Taints;
import io.siterecovery.failover.core.taint.Taints.Asked;
import io.siterecovery.model.FailoverSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreflightTest {

    private static final Ownership AT_SOURCE =
            Ownership.unclaimed().takenBy("us").claimedBy(SOURCE);
    private static final Lock OTHER = new Lock("other", "cluster1.production.other");
    private static final Past PAST = new Past("cluster1/production", "other", "other");
    private static final Side UP = side(Power.UP);
    private static final Side DOWN = side(Power.DOWN);
    private static final Side SILENT = new Side(false, List.of());

    private Ownership ownership = AT_SOURCE;
    private Optional<String> failure = Optional.empty();
    private Health health = new Health(Verdict.HEALTHY, "");
    private List<String> missing = List.of();
    private Side source = UP;
    private Side target = DOWN;
    private ClusterId wanted = TARGET;
    private String type = "planned";
    private boolean dryRun;
    private boolean cancel;
    private Instant orderedAt = NOW;
    private Optional<Subject> subject = Optional.empty();
    private boolean worldKnown = true;
    private boolean copying;
    private boolean force;
    private Taints taints = Taints.NONE;
    private Optional<String> refused = Optional.empty();
    private Optional<String> crowded = Optional.empty();

    @Test
    void a_cordoned_deployment_takes_on_no_planned_failover() {
        refused = Optional.of("the deployment prod is cordoned (audit)");
        assertRefused("NotTakenOn", "cordoned (audit)");
        missing = List.of("PVC disk-2");
        assertRefused("NotTakenOn", "cordoned (audit)", "PVC disk-2");
    }

    @Test
    void one_too_many_waits_and_an_emergency_does_not() {
        crowded = Optional.of("2 failovers are under way");
        assertWaitsThenRefused("TooManyAtOnce");
        dryRun = true;
        assertThat(judge()).isInstanceOf(Rehearsed.class);
        dryRun = false;
        type = "emergency";
        force = true;
        FailoverState emergency = judge();
        crowded = Optional.empty();
        assertThat(emergency).isEqualTo(judge());
    }

    @Test
    void accepts_what_can_be_moved() {
        assertThat(judge())
                .isInstanceOfSatisfying(
                        Closing.class,
                        c -> {
                            assertThat(c.plan().source()).isEqualTo(SOURCE);
                            assertThat(c.plan().target()).isEqualTo(TARGET);
                        });
    }

    @Test
    void a_dry_run_says_what_would_be_and_leads_to_no_step() {
        dryRun = true;
        assertThat(judge()).isInstanceOf(Rehearsed.class);
        health = new Health(Verdict.DEGRADED, "volume disk-1: SyncTarget");
        missing = List.of("PVC disk-2");
        failure = Optional.of("VM vm-3 does not exist");
        assertRefused("GroupFailed", "vm-3", "disk-2", "disk-1");
    }

    @Test
    void all_faults_are_listed_not_the_first_only() {
        missing = List.of("PVC disk-2");
        health = new Health(Verdict.DEGRADED, "volume disk-1: SyncTarget");
        assertRefused("DefinitionsMissing", "PVC disk-2", "volume disk-1");
    }

    @Test
    void what_is_being_brought_to_the_target_is_waited_for() {
        missing = List.of("VM vm-1");
        copying = true;
        assertWaitsThenRefused("DefinitionsMissing");
        copying = false;
        assertRefused("DefinitionsMissing", "VM vm-1");
        type = "emergency";
        assertRefused("DefinitionsMissing", "VM vm-1");
        copying = true;
        assertWaitsThenRefused("DefinitionsMissing");
    }

    @Test
    void a_group_that_is_still_being_copied_is_told_how_long() {
        Resync resync = new Resync(3L << 29, Optional.of(Duration.ofSeconds(40)));
        health = new Health(Verdict.DEGRADED, "volume disk-1: SyncTarget", Optional.of(resync));
        assertRefused("Reprotecting", "volume disk-1", "1.5 GiB left, about 40 s");
    }

    @Test
    void what_is_not_known_is_waited_for_until_the_deadline() {
        health = new Health(Verdict.UNKNOWN, "the agent of node1 is silent");
        assertWaitsThenRefused("ReplicationNotHealthy");
        health = new Health(Verdict.HEALTHY, "");
        source = SILENT;
        assertWaitsThenRefused("NotAnswering");
        source = UP;
        target = SILENT;
        assertWaitsThenRefused("NotAnswering");
        target = DOWN;
        ownership = Ownership.unclaimed();
        assertWaitsThenRefused("Unclaimed");
        ownership = AT_SOURCE.close(SOURCE, TARGET, OTHER, PAST).release();
        assertWaitsThenRefused("BetweenSites");
        subject = Optional.of(new Subject.Unknown());
        worldKnown = false;
        assertWaitsThenRefused("NotAnswering");
    }

    @Test
    void what_is_known_to_be_wrong_is_refused_at_once() {
        subject = Optional.of(new Subject.Unknown());
        assertRefused("UnknownGroup", "web-tier");
        subject = Optional.of(new Subject.Ambiguous(List.of(GROUP, new GroupId("b", "web-tier"))));
        assertRefused("AmbiguousGroup", GROUP.toString(), "b/web-tier");
        subject = Optional.empty();
        orderedAt = NOW.minusSeconds(301);
        assertRefused("Stale", "make a new one");
        orderedAt = NOW;
        cancel = true;
        assertRefused("Cancelled", "nothing was changed");
    }

    @Test
    void a_lock_is_named_by_who_holds_it() {
        ownership = AT_SOURCE.close(SOURCE, TARGET, OTHER, PAST);
        assertRefused("LockHeld", "failover-controller-other (Failover production/other)");
    }

    @Test
    void a_name_is_not_carried_out_twice() {
        Past before = new Past(plan().origin(), plan().originName(), "an-earlier-uid");
        ownership = AT_SOURCE.close(SOURCE, TARGET, OTHER, before).grant(TARGET).release();
        assertRefused("NameUsed", "use another name");
    }

    @Test
    void at_its_target_it_is_refused_only_while_all_of_it_runs_there() {
        wanted = SOURCE;
        assertRefused("AlreadyThere", "already runs on");
        source = side(Power.BETWEEN);
        assertThat(judge())
                .isInstanceOfSatisfying(
                        StartingVms.class, s -> assertThat(s.plan().isRetry()).isTrue());
        source = SILENT;
        assertWaitsThenRefused("NotAnswering");
    }

    @Test
    void a_taint_is_not_removed_under_others_vms() {
        tainted(new Bystanders(Set.of(new GroupId("production", "db"), new GroupId("x", "y")), 0));
        assertRefused(
                "UnsafeToRemoveTaints",
                """
                UNSAFE to remove taints on cluster2 - other Protection Groups have running VMs
                Conflicting PGs: db, x/y
                """,
                "t on n2",
                "force: true");
        dryRun = true;
        assertRefused("UnsafeToRemoveTaints", "Conflicting PGs: db, x/y");
        force = true;
        assertThat(judge())
                .isInstanceOfSatisfying(
                        Rehearsed.class,
                        r ->
                                assertThat(r.taints())
                                        .contains("t on n2 would be removed", "db, x/y"));
        dryRun = false;
        assertThat(judge()).isInstanceOf(Closing.class);
    }

    @Test
    void force_does_not_pass_over_other_deployments() {
        force = true;
        tainted(new Bystanders(Set.of(new GroupId("production", "db")), 2));
        assertRefused(
                "UnsafeToRemoveTaints",
                "Conflicting PGs: db and 2 of other deployments",
                "force does not");
    }

    @Test
    void whose_vms_a_taint_protects_is_asked_before_anything_is_changed() {
        taints = Taints.seen(List.of(new NodeTaint("n2", "t")));
        assertWaitsThenRefused("TaintsNotChecked");
        tainted(Bystanders.NOBODY);
        assertThat(judge()).isInstanceOf(Closing.class);
        dryRun = true;
        assertThat(judge())
                .isInstanceOfSatisfying(
                        Rehearsed.class,
                        r -> assertThat(r.taints()).isEqualTo("t on n2 would be removed"));
    }

    private void tainted(Bystanders whom) {
        taints =
                Taints.seen(List.of(new NodeTaint("n2", "t")))
                        .answered(Optional.of(new Asked(NOW, whom)));
    }

    private void assertRefused(String reason, String... words) {
        assertThat(judge())
                .isInstanceOfSatisfying(
                        Failed.class,
                        f -> {
                            assertThat(f.why().reason()).isEqualTo(reason);
                            assertThat(f.why().message()).contains(words);
                        });
    }

    private void assertWaitsThenRefused(String reason) {
        Pending early = new Pending(NOW.plusSeconds(1));
        assertThat(judge(early)).isEqualTo(early);
        assertThat(judge(new Pending(NOW.minusSeconds(1))))
                .isInstanceOfSatisfying(
                        Failed.class, f -> assertThat(f.why().reason()).isEqualTo(reason));
    }

    private FailoverState judge() {
        return judge(new Pending(NOW.plusSeconds(1)));
    }

    private FailoverState judge(Pending pending) {
        FailoverOrder order =
                new FailoverOrder(
                        plan().uid(),
                        plan().name(),
                        plan().origin(),
                        plan().originName(),
                        orderedAt,
                        new FailoverSpec(
                                GROUP.name(),
                                null,
                                wanted.name(),
                                type,
                                force,
                                null,
                                dryRun,
                                cancel));
        GroupSeen group =
                new GroupSeen(
                        Optional.of(ownership),
                        failure,
                        health,
                        missing,
                        Map.of(SOURCE, source, TARGET, target),
                        replication(sourceReport(), targetReport()),
                        copying,
                        refused);
        Seen seen =
                new Seen(
                        NOW,
                        worldKnown,
                        subject.orElse(new Subject.Known(GROUP, group)),
                        Optional.of(wanted),
                        Map.of(SOURCE, Optional.empty(), TARGET, Optional.empty()),
                        taints,
                        Limits.DEFAULT,
                        crowded);
        return Preflight.judge(pending, order, seen);
    }

    private static Side side(Power power) {
        return new Side(
                true, List.of(new Vm("vm", true, power, Optional.empty(), Optional.empty())));
    }
}
