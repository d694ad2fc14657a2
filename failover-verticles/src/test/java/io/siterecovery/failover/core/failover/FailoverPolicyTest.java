package io.siterecovery.failover.core.failover;

import static io.siterecovery.failover.core.Fixtures.CLOSED_AT;
import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.plan;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.role;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static io.siterecovery.failover.core.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.Role;
import io.siterecovery.failover.core.failover.Effect.InspectSource;
import io.siterecovery.failover.core.failover.Effect.ReadTopicEnds;
import io.siterecovery.failover.core.failover.Effect.RemoveTaints;
import io.siterecovery.failover.core.failover.Effect.SetDesiredState;
import io.siterecovery.failover.core.failover.Effect.TryFence;
import io.siterecovery.failover.core.failover.Effect.WriteOwnership;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Completed;
import io.siterecovery.failover.core.failover.FailoverState.Failed;
import io.siterecovery.failover.core.failover.FailoverState.Granting;
import io.siterecovery.failover.core.failover.FailoverState.Proving;
import io.siterecovery.failover.core.failover.FailoverState.RemovingTaints;
import io.siterecovery.failover.core.failover.FailoverState.RollingBack;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.FailoverState.StoppingVms;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Observation.Vm;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.Ownership.Lock;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.SourceInspection;
import io.siterecovery.failover.core.taint.Bystanders;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.Taints;
import io.siterecovery.failover.core.taint.Taints.Asked;
import io.siterecovery.failover.core.taint.Untainting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FailoverPolicyTest {

    private static final Instant LATER = NOW.plusSeconds(60);
    private static final Instant PAST = NOW.minusSeconds(1);
    private static final Ownership AT_SOURCE =
            Ownership.unclaimed().takenBy("us").claimedBy(SOURCE);
    private static final Ownership CLOSED =
            AT_SOURCE.close(SOURCE, TARGET, plan().lock(), plan().record());
    private static final Ownership GRANTED = CLOSED.grant(TARGET);
    private static final Claim CLAIM = CLOSED.claim("prod", GROUP);

    private static final NodeTaint TAINT = new NodeTaint("n2", "t");

    private final World world = new World();

    @Test
    void closes_before_anything_is_stopped() {
        world.ownership = AT_SOURCE;
        Decision decision = decide(new Closing(plan(), LATER));
        assertThat(decision.effects()).singleElement().isInstanceOf(WriteOwnership.class);
        Ownership next = ((WriteOwnership) decision.effects().getFirst()).next();
        assertThat(next.holder()).isEqualTo(new Holder.Moving(SOURCE, TARGET));
        assertThat(next.epoch()).isEqualTo(AT_SOURCE.epoch() + 1);
        assertThat(next.isLockedBy("uid-1")).isTrue();
        assertThat(next.history()).contains(plan().record());
    }

    @Test
    void takes_the_group_for_its_own_instance_before_its_first_effect() {
        world.ownership = AT_SOURCE;
        world.instance = "them";
        Decision decision = decide(new Closing(plan(), LATER));
        Ownership next = ((WriteOwnership) decision.effects().getFirst()).next();
        assertThat(next.holder()).isEqualTo(new Holder.At(SOURCE));
        assertThat(next.actsFor("them")).isTrue();
        assertThat(next.term()).isEqualTo(AT_SOURCE.term() + 1);
    }

    @Test
    void refuses_while_another_operation_holds_the_lock() {
        world.ownership =
                AT_SOURCE.close(
                        SOURCE,
                        TARGET,
                        new Lock("other", "cluster1.production.fo-2"),
                        new Ownership.Past("cluster1/production", "fo-2", "other"));
        assertThat(decide(new Closing(plan(), LATER)).next())
                .isInstanceOfSatisfying(
                        Failed.class,
                        f ->
                                assertThat(f.why().message())
                                        .isEqualTo(
                                                "Failed to acquire failover lock for web-tier:"
                                                        + " Failover lock is held by:"
                                                        + " failover-controller-other (Failover"
                                                        + " production/fo-2)"));
    }

    @Test
    void waits_until_claim_and_fence_are_seen_on_every_source_vm() {
        world.source =
                new Side(
                        true,
                        List.of(
                                new Vm(
                                        "vm",
                                        true,
                                        Power.UP,
                                        Optional.empty(),
                                        Optional.of(CLAIM))));
        assertThat(decide(new Closing(plan(), LATER)))
                .isEqualTo(Decision.of(new Closing(plan(), LATER)));
        Claim older = AT_SOURCE.claim("prod", GROUP);
        world.source =
                new Side(
                        true,
                        List.of(
                                new Vm(
                                        "vm",
                                        true,
                                        Power.UP,
                                        Optional.of(CLAIM),
                                        Optional.of(older))));
        assertThat(decide(new Closing(plan(), LATER)))
                .isEqualTo(Decision.of(new Closing(plan(), LATER)));
    }

    @Test
    void tries_the_fence_and_reads_the_topics_then_stops() {
        Closing closing = new Closing(plan(), LATER);
        world.fence = Fence.UNTRIED;
        world.ends = Optional.empty();
        assertThat(decide(closing).effects())
                .containsExactly(new TryFence(SOURCE), new ReadTopicEnds());
        world.fence = Fence.HOLDS;
        assertThat(decide(closing).effects()).containsExactly(new ReadTopicEnds());
        world.ends = Optional.of(CLOSED_AT);
        Decision moved = decide(closing);
        assertThat(moved.next()).isEqualTo(new StoppingVms(plan(), CLOSED_AT, LATER));
        assertThat(moved.effects()).isEmpty();
    }

    @Test
    void shows_the_desired_state_once_and_never_depends_on_it() {
        StoppingVms stopping = new StoppingVms(plan(), CLOSED_AT, LATER);
        world.source = side(Power.UP);
        assertThat(decide(stopping).effects()).containsExactly(new SetDesiredState(SOURCE, false));
        world.shown = true;
        assertThat(decide(stopping).effects()).isEmpty();
        world.source = side(Power.BETWEEN);
        assertThat(decide(stopping).next()).isEqualTo(stopping);
        world.source = side(Power.DOWN);
        assertThat(decide(stopping).next()).isInstanceOf(Proving.class);
    }

    @Test
    void a_silent_source_is_not_a_stopped_one() {
        world.source = new Side(false, List.of());
        StoppingVms stopping = new StoppingVms(plan(), CLOSED_AT, LATER);
        assertThat(decide(stopping).next()).isEqualTo(stopping);
        assertThat(decide(new StoppingVms(plan(), CLOSED_AT, PAST)).next())
                .isInstanceOf(RollingBack.class);
    }

    @Test
    void asks_the_source_itself_before_it_believes() {
        Proving proving = new Proving(plan(), CLOSED_AT, LATER);
        world.inspection = Optional.empty();
        assertThat(decide(proving).effects()).containsExactly(new InspectSource(SOURCE));
        world.inspection = Optional.of(nothingLeft());
        assertThat(decide(proving).next()).isInstanceOf(Granting.class);
    }

    @Test
    void does_not_grant_on_words_from_before_close() {
        Proving proving = new Proving(plan(), Map.of("site1", 101L, "site2", 200L), LATER);
        assertThat(decide(proving).next()).isEqualTo(proving);
    }

    @Test
    void gives_the_group_back_when_the_data_is_not_proven_in_time() {
        world.replication =
                replication(with(sourceReport(), s -> role(s, Role.PRIMARY)), targetReport());
        assertThat(decide(new Proving(plan(), CLOSED_AT, PAST)).next())
                .isInstanceOfSatisfying(
                        RollingBack.class,
                        r -> assertThat(r.why().message()).contains("n1: is Primary"));
    }

    @Test
    void a_stored_grant_is_proven_again_before_it_is_carried_out() {
        Granting granting = new Granting(plan(), CLOSED_AT, Rule.P, LATER);
        world.inspection = Optional.empty();
        assertThat(decide(granting).effects()).containsExactly(new InspectSource(SOURCE));
        world.inspection = Optional.of(nothingLeft());
        Decision decision = decide(granting);
        Ownership next = ((WriteOwnership) decision.effects().getFirst()).next();
        assertThat(next.holder()).isEqualTo(new Holder.At(TARGET));
        assertThat(next.epoch()).isEqualTo(CLOSED.epoch() + 1);
        assertThat(next.isLockedBy("uid-1")).isTrue();
    }

    @Test
    void does_not_grant_when_a_vm_came_up_at_the_source_again() {
        world.source = side(Power.BETWEEN);
        world.inspection = Optional.empty();
        assertThat(decide(new Granting(plan(), CLOSED_AT, Rule.P, LATER)).effects())
                .containsExactly(new InspectSource(SOURCE));
    }

    @Test
    void a_source_that_is_known_to_be_empty_is_not_asked_at_every_look() {
        world.replication =
                replication(with(sourceReport(), s -> role(s, Role.PRIMARY)), targetReport());
        world.inspection = Optional.of(nothingLeft());
        assertThat(decide(new Granting(plan(), CLOSED_AT, Rule.P, LATER)).effects()).isEmpty();
    }

    @Test
    void starts_only_what_it_was_granted() {
        world.ownership = GRANTED;
        assertThat(decide(new Granting(plan(), CLOSED_AT, Rule.P, LATER)).next())
                .isInstanceOf(StartingVms.class);
    }

    @Test
    void completes_when_every_vm_is_seen_running() {
        world.ownership = GRANTED;
        StartingVms starting = new StartingVms(plan(), LATER);
        world.target = side(Power.BETWEEN);
        assertThat(decide(starting).effects()).containsExactly(new SetDesiredState(TARGET, true));
        world.target = side(Power.UP);
        assertThat(decide(starting).next()).isEqualTo(new Completed(plan()));
    }

    @Test
    void after_the_grant_there_is_no_way_back() {
        world.ownership = GRANTED;
        world.target = side(Power.BETWEEN);
        assertThat(decide(new StartingVms(plan(), PAST)).next())
                .isInstanceOfSatisfying(
                        Failed.class,
                        f -> assertThat(f.why().reason()).isEqualTo("TargetDidNotStart"));
        Refusal why = new Refusal("X", "x");
        assertThat(decide(new RollingBack(plan(), why, LATER)).next())
                .isInstanceOf(StartingVms.class);
    }

    @Test
    void undo_grants_back_and_waits_until_the_vms_are_seen_running() {
        RollingBack undo = new RollingBack(plan(), new Refusal("X", "x"), LATER);
        Decision back = decide(undo);
        assertThat(((WriteOwnership) back.effects().getFirst()).next().holder())
                .isEqualTo(new Holder.At(SOURCE));
        world.ownership = CLOSED.grant(SOURCE);
        world.source = side(Power.DOWN);
        assertThat(decide(undo).effects()).containsExactly(new SetDesiredState(SOURCE, true));
        world.source = side(Power.UP);
        assertThat(decide(undo).next())
                .isEqualTo(
                        new Failed(
                                new Refusal(
                                        "X", "x; given back to " + SOURCE + ", where all VMs run"),
                                true));
    }

    @Test
    void cancelled_before_the_grant_it_is_undone_and_after_it_goes_on() {
        world.cancelled = true;
        for (Active state :
                List.of(
                        new Closing(plan(), LATER),
                        new StoppingVms(plan(), CLOSED_AT, LATER),
                        new Proving(plan(), CLOSED_AT, LATER),
                        new Granting(plan(), CLOSED_AT, Rule.P, LATER))) {
            Decision decision = decide(state);
            assertThat(decision.next())
                    .as("%s", state)
                    .isInstanceOfSatisfying(
                            RollingBack.class,
                            r -> assertThat(r.why().reason()).isEqualTo("Cancelled"));
            assertThat(decision.effects()).isEmpty();
        }
        world.ownership = GRANTED;
        world.target = side(Power.BETWEEN);
        assertThat(decide(new Granting(plan(), CLOSED_AT, Rule.P, LATER)).next())
                .isInstanceOf(StartingVms.class);
        StartingVms starting = new StartingVms(plan(), LATER);
        assertThat(decide(starting).next()).isEqualTo(starting);
    }

    @Test
    void cancelled_before_close_it_ends_and_nothing_was_changed() {
        world.cancelled = true;
        world.ownership = AT_SOURCE;
        Decision decision = decide(new Closing(plan(), LATER));
        assertThat(decision.next()).isInstanceOf(Failed.class);
        assertThat(decision.effects()).isEmpty();
    }

    @Test
    void a_frozen_group_is_not_touched() {
        world.frozen = Optional.of("vm carries prod/web/99/1");
        for (Active state :
                List.of(
                        new Closing(plan(), PAST),
                        new StoppingVms(plan(), CLOSED_AT, PAST),
                        new Granting(plan(), CLOSED_AT, Rule.P, LATER))) {
            assertThat(decide(state)).isEqualTo(Decision.of(state));
        }
    }

    @Test
    void another_try_at_the_target_takes_only_the_lock_and_starts() {
        FailoverPlan retry = retry();
        StartingVms state = new StartingVms(retry, LATER);
        world.ownership = GRANTED.release();
        world.target = side(Power.DOWN);
        Decision decision = decide(state);
        assertThat(decision.next()).isEqualTo(state);
        Ownership next = ((WriteOwnership) decision.effects().getFirst()).next();
        assertThat(next.isLockedBy(retry.uid())).isTrue();
        assertThat(next.epoch()).isEqualTo(GRANTED.epoch());
        assertThat(next.holder()).isEqualTo(new Holder.At(TARGET));
        world.ownership = next;
        assertThat(decide(state).effects()).containsExactly(new SetDesiredState(TARGET, true));
        world.target = side(Power.UP);
        assertThat(decide(state).next()).isEqualTo(new Completed(retry));
    }

    @Test
    void another_try_never_takes_a_lock_that_is_held_or_that_it_has_lost() {
        StartingVms state = new StartingVms(retry(), LATER);
        world.target = side(Power.DOWN);
        for (Ownership other :
                List.of(
                        GRANTED,
                        AT_SOURCE,
                        GRANTED.release().lockedBy(retry().lock(), retry().record()).release())) {
            world.ownership = other;
            Decision decision = decide(state);
            assertThat(decision.next()).as("%s", other).isInstanceOf(Failed.class);
            assertThat(decision.effects()).isEmpty();
        }
    }

    @Test
    void what_is_left_between_the_sites_goes_back_unless_a_vm_is_seen_at_the_target() {
        Ownership left = CLOSED.release();
        OwnershipSeen seen = new OwnershipSeen("o", "1", left);
        Side down = side(Power.DOWN);
        Side silent = new Side(false, List.of());
        WriteOwnership back = new WriteOwnership(seen, left.grant(SOURCE));
        assertThat(FailoverPolicy.giveBack(seen, down, down)).containsExactly(back);
        assertThat(FailoverPolicy.giveBack(seen, down, silent)).containsExactly(back);
        assertThat(FailoverPolicy.giveBack(seen, silent, down)).isEmpty();
        assertThat(FailoverPolicy.giveBack(seen, down, side(Power.UP))).isEmpty();
        assertThat(FailoverPolicy.giveBack(seen, down, side(Power.BETWEEN))).isEmpty();
        OwnershipSeen locked = new OwnershipSeen("o", "1", CLOSED);
        assertThat(FailoverPolicy.giveBack(locked, down, down)).isEmpty();
    }

    private static FailoverPlan retry() {
        FailoverPlan plan = plan();
        return new FailoverPlan(
                "uid-2",
                "again",
                plan.origin(),
                "again",
                plan.group(),
                TARGET,
                TARGET,
                plan.kind(),
                plan.forced(),
                plan.startedAt(),
                plan.limits());
    }

    @Test
    void undo_towards_a_silent_source_grants_nothing() {
        world.source = new Side(false, List.of());
        RollingBack undo = new RollingBack(plan(), new Refusal("X", "x"), LATER);
        assertThat(decide(undo).effects()).isEmpty();
        assertThat(decide(new RollingBack(plan(), new Refusal("X", "x"), PAST)).next())
                .isInstanceOf(Failed.class);
    }

    @Test
    void what_was_never_granted_is_given_back_when_the_source_answers_then_the_lock_is_let_go() {
        OwnershipSeen closed = new OwnershipSeen("o", "1", CLOSED);
        assertThat(FailoverPolicy.letGo(CLOSED, closed, "uid-1", false, false))
                .containsExactly(new WriteOwnership(closed, CLOSED.release()));
        assertThat(FailoverPolicy.letGo(CLOSED, closed, "uid-1", true, false))
                .containsExactly(new WriteOwnership(closed, CLOSED.grant(SOURCE)));
        assertThat(FailoverPolicy.letGo(GRANTED, closed, "uid-1", true, true))
                .containsExactly(new WriteOwnership(closed, GRANTED.release()));
        assertThat(FailoverPolicy.letGo(GRANTED.release(), closed, "uid-1", true, true)).isEmpty();
        assertThat(FailoverPolicy.letGo(GRANTED, closed, "somebody-else", true, true)).isEmpty();
    }

    @Test
    void an_instance_that_takes_over_looks_before_it_gives_up() {
        world.instance = "them";
        Decision renewed = decide(new Proving(plan(), CLOSED_AT, PAST));
        assertThat(renewed.next()).isEqualTo(new Proving(plan(), CLOSED_AT, NOW.plusSeconds(30)));
        assertThat(renewed.effects()).isEmpty();
        Decision taken = decide((Active) renewed.next());
        assertThat(((WriteOwnership) taken.effects().getFirst()).next().actsFor("them")).isTrue();
    }

    @Test
    void a_humans_word_is_stored_before_anything_is_granted_on_it() {
        FailoverPlan plan =
                new FailoverPlan(
                        plan().uid(),
                        plan().name(),
                        plan().origin(),
                        plan().originName(),
                        plan().group(),
                        SOURCE,
                        TARGET,
                        FailoverPlan.Kind.CONFIRMED_EMERGENCY,
                        true,
                        plan().startedAt(),
                        plan().limits());
        world.source = new Side(false, List.of());
        Granting byQuorum = new Granting(plan, CLOSED_AT, Rule.Q, LATER);
        Granting onHisWord = new Granting(plan, CLOSED_AT, Rule.F, LATER);
        assertThat(decide(new Proving(plan, CLOSED_AT, LATER)).next()).isEqualTo(onHisWord);
        assertThat(decide(byQuorum)).isEqualTo(Decision.of(onHisWord));
        assertThat(decide(onHisWord).effects()).singleElement().isInstanceOf(WriteOwnership.class);
    }

    @Test
    void stops_for_good_when_the_lock_is_lost() {
        world.ownership = CLOSED.release();
        for (Active state :
                List.of(
                        new StoppingVms(plan(), CLOSED_AT, LATER),
                        new Proving(plan(), CLOSED_AT, LATER),
                        new Granting(plan(), CLOSED_AT, Rule.P, LATER),
                        new StartingVms(plan(), LATER))) {
            Decision decision = decide(state);
            assertThat(decision.next()).isInstanceOf(Failed.class);
            assertThat(decision.effects()).isEmpty();
        }
    }

    @Test
    void taints_are_removed_before_vms_are_started_and_only_once_that_is_on_record() {
        world.ownership = GRANTED;
        world.taints = Taints.seen(List.of(TAINT));
        Decision recorded = decide(new Granting(plan(), CLOSED_AT, Rule.P, LATER));
        Untainting stored = ((RemovingTaints) recorded.next()).work();
        assertThat(stored.until()).isEqualTo(NOW.plusSeconds(30));
        assertThat(stored.removed()).containsExactly(TAINT.toString());
        assertThat(recorded.effects()).isEmpty();
        assertThat(decide((Active) recorded.next()).effects())
                .containsExactly(new RemoveTaints(TARGET, List.of(TAINT), stored));

        world.taints = Taints.NONE;
        assertThat(decide((Active) recorded.next()).next())
                .isEqualTo(new StartingVms(plan(), Optional.of(stored), NOW.plusSeconds(120)));
    }

    @Test
    void without_a_taint_nothing_is_asked_and_vms_are_started_at_once() {
        world.ownership = GRANTED;
        assertThat(decide(new Granting(plan(), CLOSED_AT, Rule.P, LATER)))
                .isEqualTo(Decision.of(new StartingVms(plan(), NOW.plusSeconds(120))));
    }

    @Test
    void after_grant_a_conflict_waits_and_when_the_window_ends_vms_are_started_all_the_same() {
        world.ownership = GRANTED;
        Bystanders somebody = new Bystanders(Set.of(new GroupId("production", "db")), 0);
        world.taints = Taints.seen(List.of(TAINT)).answered(Optional.of(new Asked(NOW, somebody)));
        Decision waits = decide(new RemovingTaints(plan(), Untainting.until(LATER)));
        Untainting work = ((RemovingTaints) waits.next()).work();
        assertThat(work.waitsFor()).contains("db");
        assertThat(decide((Active) waits.next()))
                .isEqualTo(Decision.of((RemovingTaints) waits.next()));

        Untainting over = new Untainting(PAST, work.removed(), List.of(), work.waitsFor());
        Active starting = (Active) decide(new RemovingTaints(plan(), over)).next();
        assertThat(starting)
                .isEqualTo(new StartingVms(plan(), Optional.of(over), NOW.plusSeconds(120)));
        assertThat(decide(starting).effects()).containsExactly(new SetDesiredState(TARGET, true));
        assertThat(decide(new StartingVms(plan(), Optional.of(over), PAST)).next())
                .isInstanceOfSatisfying(
                        Failed.class,
                        f -> assertThat(f.why().message()).contains(TAINT.toString(), "db"));
    }

    @Test
    void a_taint_that_is_set_again_is_removed_again_within_the_window() {
        world.ownership = GRANTED;
        world.taints = Taints.seen(List.of(TAINT));
        Untainting work = new Untainting(LATER, List.of(TAINT.toString()), List.of(), "");
        assertThat(decide(new StartingVms(plan(), Optional.of(work), LATER)).effects())
                .contains(new RemoveTaints(TARGET, List.of(TAINT), work));
        Untainting begun =
                new Untainting(NOW.plusSeconds(30), List.of(TAINT.toString()), List.of(), "");
        assertThat(decide(new StartingVms(plan(), LATER)).next())
                .isEqualTo(new RemovingTaints(plan(), begun));
    }

    @Test
    void each_step_of_the_boot_order_has_its_own_deadline_and_there_is_an_end_of_it() {
        world.ownership = GRANTED;
        Instant again = NOW.plusSeconds(120);
        StartingVms first = new StartingVms(plan(), LATER);
        world.target = waiting("app", "web");
        StartingVms waits = started(List.of("app", "web"), again);
        assertThat(decide(first)).isEqualTo(Decision.of(waits));
        assertThat(decide(waits).next()).isEqualTo(waits);

        StartingVms late = started(List.of("app", "web"), PAST);
        world.target = waiting("web");
        assertThat(decide(late)).isEqualTo(Decision.of(started(List.of("web"), again)));
        world.target = waiting();
        assertThat(decide(late)).isEqualTo(Decision.of(started(List.of(), again)));

        for (Side stuck : List.of(waiting("app", "web"), waiting("app", "web", "more"))) {
            world.target = stuck;
            assertThat(decide(late).next())
                    .isInstanceOfSatisfying(
                            Failed.class,
                            f ->
                                    assertThat(f.why().message())
                                            .contains(
                                                    "db, app (waits for db), web (waits for db)"));
        }
        world.target = side(Power.BETWEEN);
        assertThat(decide(first).next()).as("nobody ever waited").isEqualTo(first);
        assertThat(decide(started(List.of(), PAST)).next()).isInstanceOf(Failed.class);
    }

    @Test
    void what_is_given_back_is_waited_for_step_by_step_too() {
        world.ownership = CLOSED.grant(SOURCE);
        Refusal why = new Refusal("X", "x");
        world.source = waiting("web");
        assertThat(decide(new RollingBack(plan(), why, Optional.of(List.of("app", "web")), PAST)))
                .isEqualTo(
                        Decision.of(
                                new RollingBack(
                                        plan(),
                                        why,
                                        Optional.of(List.of("web")),
                                        NOW.plusSeconds(120))));
        assertThat(decide(new RollingBack(plan(), why, Optional.of(List.of("web")), PAST)).next())
                .isInstanceOfSatisfying(
                        Failed.class,
                        f -> assertThat(f.why().message()).contains("db, web (waits for db)"));
    }

    private static StartingVms started(List<String> waiting, Instant deadline) {
        return new StartingVms(plan(), Optional.empty(), Optional.of(waiting), deadline);
    }

    private static Side waiting(String... vms) {
        List<Vm> all = new ArrayList<>();
        all.add(vm("db", Power.BETWEEN, ""));
        List.of(vms).forEach(vm -> all.add(vm(vm, Power.DOWN, "db")));
        return new Side(true, all);
    }

    private static Vm vm(String name, Power power, String waitsFor) {
        return new Vm(name, true, power, Optional.of(CLAIM), Optional.of(CLAIM), waitsFor);
    }

    private Decision decide(Active state) {
        return FailoverPolicy.decide(state, world.observe(), "prod");
    }

    private static Side side(Power power) {
        return new Side(
                true, List.of(new Vm("vm", true, power, Optional.of(CLAIM), Optional.of(CLAIM))));
    }

    private static SourceInspection nothingLeft() {
        return new SourceInspection(List.of(), List.of(), List.of());
    }

    /** Closed, fenced, stopped and proven, unless a test says otherwise. */
    private static final class World {
        Ownership ownership = CLOSED;
        String instance = "us";
        Side source = side(Power.DOWN);
        Side target = side(Power.DOWN);
        Replication replication = replication(sourceReport(), targetReport());
        Fence fence = Fence.HOLDS;
        Optional<Map<String, Long>> ends = Optional.of(CLOSED_AT);
        Optional<SourceInspection> inspection = Optional.of(nothingLeft());
        boolean shown;
        boolean cancelled;
        Taints taints = Taints.NONE;
        Optional<String> frozen = Optional.empty();

        Observation observe() {
            return new Observation(
                    NOW,
                    instance,
                    Optional.of(new OwnershipSeen("o", "1", ownership)),
                    source,
                    target,
                    replication,
                    fence,
                    ends,
                    inspection,
                    shown,
                    cancelled,
                    taints,
                    frozen);
        }
    }
}
