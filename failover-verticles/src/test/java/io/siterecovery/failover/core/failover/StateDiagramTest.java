package io.siterecovery.failover.core.failover;

import static io.siterecovery.failover.core.Fixtures.CLOSED_AT;
import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.plan;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static io.siterecovery.failover.core.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.diagnosis.Verdict;
import io.siterecovery.failover.core.failover.FailoverPlan.Kind;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.AwaitingOperator;
import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Completed;
import io.siterecovery.failover.core.failover.FailoverState.Failed;
import io.siterecovery.failover.core.failover.FailoverState.Finished;
import io.siterecovery.failover.core.failover.FailoverState.Granting;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.FailoverState.Proving;
import io.siterecovery.failover.core.failover.FailoverState.Rehearsed;
import io.siterecovery.failover.core.failover.FailoverState.RemovingTaints;
import io.siterecovery.failover.core.failover.FailoverState.RollingBack;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.FailoverState.StoppingVms;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Observation.Vm;
import io.siterecovery.failover.core.failover.Preflight.GroupSeen;
import io.siterecovery.failover.core.failover.Preflight.Health;
import io.siterecovery.failover.core.failover.Preflight.Seen;
import io.siterecovery.failover.core.failover.Preflight.Subject;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.Ownership.Lock;
import io.siterecovery.failover.core.ownership.Ownership.Past;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Resync;
import io.siterecovery.failover.core.proof.SourceInspection;
import io.siterecovery.failover.core.taint.Bystanders;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.Taints;
import io.siterecovery.failover.core.taint.Taints.Asked;
import io.siterecovery.failover.core.taint.Untainting;
import io.siterecovery.model.FailoverSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The cores are asked everything they can be asked, and what they answer is the picture in {@code
 * docs/safety.md}: it shows neither a way that does not exist nor hides one that does.
 */
@TestInstance(Lifecycle.PER_CLASS)
class StateDiagramTest {

    private static final Path PAGE = Path.of("..", "docs", "safety.md");
    private static final Path RUNBOOK = Path.of("..", "docs", "runbook.md");
    private static final String BEGIN = "<!-- states, drawn from the code -->\n";
    private static final String END = "<!-- end of states -->\n";

    private static final Instant LATER = NOW.plusSeconds(60);
    private static final Instant PAST = NOW.minusSeconds(1);
    private static final List<Optional<Diagnosis>> UNDIAGNOSED = List.of(Optional.empty());
    private static final List<Optional<Diagnosis>> DIAGNOSES =
            List.of(
                    Optional.empty(),
                    diagnosis(Verdict.API_ONLY_DOWN, true),
                    diagnosis(Verdict.SITE_DOWN, false),
                    diagnosis(Verdict.SITE_DOWN, true));

    /** All is well; with a quorum; the target is behind; it has to be told to write. */
    private static final List<Replication> REPLICATIONS =
            List.of(
                    replication(sourceReport(), targetReport()),
                    target(s -> quorum(s, true, DiskState.UP_TO_DATE)),
                    target(s -> quorum(s, true, DiskState.OUTDATED)),
                    target(s -> quorum(s, false, DiskState.UP_TO_DATE)));

    /** None; one of whose surroundings nothing is known; nobody there; somebody, somebody else. */
    private static final List<Taints> TAINTS =
            List.of(
                    Taints.NONE,
                    Taints.seen(List.of(new NodeTaint("n2", "t"))),
                    tainted(Bystanders.NOBODY),
                    tainted(new Bystanders(Set.of(new GroupId("a", "b")), 0)),
                    tainted(new Bystanders(Set.of(), 1)));

    private static final List<Boolean> EITHER = List.of(false, true);

    private static final Ownership AT_SOURCE =
            Ownership.unclaimed().takenBy("us").claimedBy(SOURCE);
    private static final Ownership CLOSED =
            AT_SOURCE.close(SOURCE, TARGET, plan().lock(), plan().record());
    private static final Claim CLAIM = CLOSED.claim("prod", GROUP);

    private static final List<Ownership> OWNERSHIPS =
            List.of(
                    Ownership.unclaimed(),
                    AT_SOURCE,
                    AT_SOURCE.takenBy("them"),
                    AT_SOURCE.close(SOURCE, TARGET, new Lock("x", "x"), new Past("c/n", "x", "x")),
                    CLOSED,
                    CLOSED.takenBy("them"),
                    CLOSED.release(),
                    CLOSED.grant(TARGET),
                    CLOSED.grant(TARGET).release(),
                    CLOSED.grant(SOURCE),
                    Ownership.unclaimed().takenBy("us").claimedBy(TARGET),
                    AT_SOURCE.lockedBy(
                            plan().lock(), new Past(plan().origin(), plan().originName(), "y")));

    private static final List<Health> HEALTHS =
            List.of(
                    new Health(Health.Verdict.HEALTHY, ""),
                    new Health(Health.Verdict.DEGRADED, ""),
                    new Health(Health.Verdict.UNKNOWN, ""),
                    new Health(
                            Health.Verdict.DEGRADED,
                            "",
                            Optional.of(new Resync(1, Optional.empty()))));

    private static final Side SILENT = new Side(false, List.of());
    private static final List<Side> SIDES = List.of(SILENT, side(Power.UP), side(Power.DOWN));

    private final Map<List<Class<?>>, Set<String>> ways = new HashMap<>();

    @Test
    void the_picture_in_the_safety_page_is_what_the_code_does() throws IOException {
        String page = Files.readString(PAGE);
        String drawn = page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END));
        assertThat(drawn).isEqualTo(picture());
    }

    @Test
    void the_runbook_says_what_to_do_about_every_refusal() throws IOException {
        String runbook = Files.readString(RUNBOOK);
        assertThat(ways.values().stream().flatMap(Set::stream))
                .filteredOn(reason -> !reason.contains(" "))
                .isNotEmpty()
                .allSatisfy(reason -> assertThat(runbook).contains("`" + reason + "`"));
    }

    @BeforeAll
    void explore() {
        orders();
        for (FailoverPlan plan :
                List.of(
                        plan(),
                        ordered(TARGET, Kind.PLANNED),
                        ordered(SOURCE, Kind.EMERGENCY),
                        ordered(SOURCE, Kind.CONFIRMED_EMERGENCY))) {
            for (Instant deadline : List.of(PAST, LATER)) {
                states(plan, deadline).forEach(this::observations);
            }
        }
    }

    private static List<Active> states(FailoverPlan plan, Instant deadline) {
        return List.of(
                new Closing(plan, deadline),
                new StoppingVms(plan, CLOSED_AT, deadline),
                new Proving(plan, CLOSED_AT, deadline),
                new AwaitingOperator(plan, CLOSED_AT, List.of("x"), deadline),
                new Granting(plan, CLOSED_AT, Rule.P, deadline),
                new RemovingTaints(plan, Untainting.until(deadline)),
                new StartingVms(plan, deadline),
                new RollingBack(plan, new Refusal("left between the sites", ""), deadline));
    }

    private void orders() {
        for (String type : List.of("planned", "emergency")) {
            for (boolean force : EITHER) {
                for (boolean dryRun : EITHER) {
                    for (boolean cancel : EITHER) {
                        for (Instant orderedAt : List.of(NOW, NOW.minusSeconds(3600))) {
                            seen(order(type, force, dryRun, cancel, orderedAt));
                        }
                    }
                }
            }
        }
    }

    private void seen(FailoverOrder order) {
        for (Instant deadline : List.of(PAST, LATER)) {
            Pending pending = new Pending(deadline);
            for (Optional<ClusterId> target :
                    List.of(Optional.of(TARGET), Optional.<ClusterId>empty())) {
                for (boolean known : EITHER) {
                    judge(pending, order, target, known, new Subject.Unknown());
                    judge(pending, order, target, known, new Subject.Ambiguous(List.of(GROUP)));
                }
                for (Ownership ownership : OWNERSHIPS) {
                    groups(ownership).forEach(s -> judge(pending, order, target, true, s));
                    if (order.isEmergency()) {
                        emergencies(ownership).forEach(s -> judge(pending, order, target, true, s));
                    }
                }
            }
        }
    }

    private static List<Subject> groups(Ownership ownership) {
        List<Subject> groups = new ArrayList<>();
        for (Health health : HEALTHS) {
            for (Optional<String> failure : List.of(Optional.<String>empty(), Optional.of("x"))) {
                for (List<String> missing : List.of(List.<String>of(), List.of("PVC x"))) {
                    for (Map<ClusterId, Side> sides : sides()) {
                        GroupSeen group =
                                new GroupSeen(
                                        Optional.of(ownership),
                                        failure,
                                        health,
                                        missing,
                                        sides,
                                        replication(sourceReport(), targetReport()),
                                        false);
                        groups.add(new Subject.Known(GROUP, group));
                    }
                }
            }
        }
        return groups;
    }

    private static List<Subject> emergencies(Ownership ownership) {
        List<Subject> groups = new ArrayList<>();
        for (Health health : HEALTHS) {
            for (Replication replication : REPLICATIONS) {
                GroupSeen group =
                        new GroupSeen(
                                Optional.of(ownership),
                                Optional.empty(),
                                health,
                                List.of(),
                                Map.of(SOURCE, SILENT, TARGET, side(Power.DOWN)),
                                replication,
                                false);
                groups.add(new Subject.Known(GROUP, group));
            }
        }
        return groups;
    }

    private static List<Map<ClusterId, Side>> sides() {
        List<Map<ClusterId, Side>> both = new ArrayList<>();
        for (Side source : SIDES) {
            for (Side target : SIDES) {
                both.add(Map.of(SOURCE, source, TARGET, target));
            }
        }
        return both;
    }

    private void judge(
            Pending pending,
            FailoverOrder order,
            Optional<ClusterId> target,
            boolean worldKnown,
            Subject subject) {
        for (Optional<Diagnosis> source : order.isEmergency() ? DIAGNOSES : UNDIAGNOSED) {
            Map<ClusterId, Optional<Diagnosis>> clusters =
                    Map.of(SOURCE, source, TARGET, Optional.empty());
            FailoverState open =
                    judge(pending, order, target, worldKnown, subject, clusters, Taints.NONE);
            if (!(open instanceof Pending || open instanceof Failed)) {
                for (Taints taints : TAINTS) {
                    judge(pending, order, target, worldKnown, subject, clusters, taints);
                }
            }
        }
    }

    private FailoverState judge(
            Pending pending,
            FailoverOrder order,
            Optional<ClusterId> target,
            boolean worldKnown,
            Subject subject,
            Map<ClusterId, Optional<Diagnosis>> clusters,
            Taints taints) {
        Seen seen = new Seen(NOW, worldKnown, subject, target, clusters, taints, Limits.DEFAULT);
        FailoverState next = Preflight.judge(pending, order, seen);
        way(pending, next);
        return next;
    }

    private void observations(Active state) {
        for (Ownership ownership : OWNERSHIPS) {
            for (Map<ClusterId, Side> sides : sides()) {
                for (Fence fence : Fence.values()) {
                    for (boolean asked : EITHER) {
                        for (boolean shown : EITHER) {
                            for (boolean cancelled : EITHER) {
                                for (boolean frozen : EITHER) {
                                    for (Replication replication : REPLICATIONS) {
                                        observe(
                                                state,
                                                ownership,
                                                sides,
                                                fence,
                                                asked,
                                                shown,
                                                cancelled,
                                                frozen,
                                                replication);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        observe(
                state,
                null,
                Map.of(SOURCE, SILENT, TARGET, SILENT),
                Fence.UNTRIED,
                false,
                false,
                false,
                false,
                REPLICATIONS.getFirst());
    }

    private void observe(
            Active state,
            @Nullable Ownership ownership,
            Map<ClusterId, Side> sides,
            Fence fence,
            boolean asked,
            boolean shown,
            boolean cancelled,
            boolean frozen,
            Replication replication) {
        boolean atTheTarget =
                state instanceof Granting
                        || state instanceof RemovingTaints
                        || state instanceof StartingVms;
        for (Taints taints :
                atTheTarget ? List.of(TAINTS.getFirst(), TAINTS.getLast()) : List.of(Taints.NONE)) {
            Observation seen =
                    new Observation(
                            NOW,
                            "us",
                            Optional.ofNullable(ownership).map(o -> new OwnershipSeen("o", "1", o)),
                            sides.getOrDefault(SOURCE, SILENT),
                            sides.getOrDefault(TARGET, SILENT),
                            replication,
                            fence,
                            asked ? Optional.of(CLOSED_AT) : Optional.empty(),
                            asked
                                    ? Optional.of(
                                            new SourceInspection(List.of(), List.of(), List.of()))
                                    : Optional.empty(),
                            shown,
                            cancelled,
                            taints,
                            frozen ? Optional.of("a higher claim") : Optional.empty());
            way(state, FailoverPolicy.decide(state, seen, "prod").next());
        }
    }

    private void way(FailoverState from, FailoverState to) {
        if (from.getClass() == to.getClass()) {
            return;
        }
        Set<String> whys =
                ways.computeIfAbsent(List.of(from.getClass(), to.getClass()), _ -> new TreeSet<>());
        switch (to) {
            case Failed(_, boolean undone) when undone -> whys.add("given back");
            case Failed(var why, _) -> whys.add(why.reason());
            case RollingBack r -> whys.add(r.why().reason());
            case Pending _, Active _, Completed _, Rehearsed _ -> {}
        }
    }

    private String picture() {
        List<Class<?>> states = new ArrayList<>(List.of(Pending.class));
        states.addAll(List.of(Active.class.getPermittedSubclasses()));
        states.addAll(List.of(Finished.class.getPermittedSubclasses()));
        StringBuilder picture = new StringBuilder("```mermaid\nstateDiagram-v2\n");
        picture.append("    [*] --> Pending\n");
        for (Class<?> from : states) {
            for (Class<?> to : states) {
                Set<String> whys = ways.get(List.of(from, to));
                if (whys != null) {
                    picture.append("    ").append(word(from)).append(" --> ").append(word(to));
                    picture.append(whys.isEmpty() ? "" : ": " + String.join(", ", whys));
                    picture.append('\n');
                }
            }
            if (Finished.class.isAssignableFrom(from)) {
                picture.append("    ").append(word(from)).append(" --> [*]\n");
            }
        }
        return picture.append("```\n").toString();
    }

    private static String word(Class<?> state) {
        return state.getSimpleName().replace("Vms", "VMs");
    }

    private static FailoverOrder order(
            String type, boolean force, boolean dryRun, boolean cancel, Instant orderedAt) {
        return new FailoverOrder(
                plan().uid(),
                plan().name(),
                plan().origin(),
                plan().originName(),
                orderedAt,
                new FailoverSpec(
                        GROUP.name(), null, TARGET.name(), type, force, null, dryRun, cancel));
    }

    private static Optional<Diagnosis> diagnosis(Verdict verdict, boolean confirmed) {
        return Optional.of(new Diagnosis(SOURCE, verdict, confirmed, NOW, List.of()));
    }

    private static Taints tainted(Bystanders whom) {
        return Taints.seen(List.of(new NodeTaint("n2", "t")))
                .answered(Optional.of(new Asked(NOW, whom)));
    }

    private static Replication target(UnaryOperator<DrbdResourceState> change) {
        return replication(sourceReport(), with(targetReport(), change));
    }

    private static DrbdResourceState quorum(DrbdResourceState s, boolean quorum, DiskState disk) {
        return new DrbdResourceState(
                s.node(),
                s.resource(),
                s.incarnation(),
                s.sequence(),
                s.observedAt(),
                s.role(),
                s.suspended(),
                s.forceIoFailures(),
                quorum,
                s.promotionScore(),
                List.of(new Volume(0, Word.of(disk), quorum, false, 1L << 30, 0L)),
                s.peers(),
                new Options("majority", "suspend-io"),
                false);
    }

    private static FailoverPlan ordered(ClusterId source, Kind kind) {
        FailoverPlan plan = plan();
        return new FailoverPlan(
                plan.uid(),
                plan.name(),
                plan.origin(),
                plan.originName(),
                plan.group(),
                source,
                TARGET,
                kind,
                kind == Kind.CONFIRMED_EMERGENCY,
                plan.startedAt(),
                plan.limits());
    }

    private static Side side(Power power) {
        return new Side(
                true, List.of(new Vm("vm", true, power, Optional.of(CLAIM), Optional.of(CLAIM))));
    }
}
