package io.siterecovery.failover.adapter;

import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.failover.core.failover.FailoverOrder;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.failover.FailoverState;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.AwaitingOperator;
import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Completed;
import io.siterecovery.failover.core.failover.FailoverState.Failed;
import io.siterecovery.failover.core.failover.FailoverState.Granting;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.FailoverState.Proving;
import io.siterecovery.failover.core.failover.FailoverState.Rehearsed;
import io.siterecovery.failover.core.failover.FailoverState.RemovingTaints;
import io.siterecovery.failover.core.failover.FailoverState.RollingBack;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.FailoverState.StoppingVms;
import io.siterecovery.failover.core.failover.Limits;
import io.siterecovery.failover.core.failover.Refusal;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.taint.Untainting;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.FailoverSpec;
import io.siterecovery.model.FailoverStatus;
import io.siterecovery.model.FailoverStatus.Operation;
import io.siterecovery.model.MalformedResource;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.platform.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads an operation back from its Failover in {@code dr-<d>}: any instance can go on from it. */
public final class FailoverRecords {

    /** How long an order may wait for what is not known yet. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** An operation as stored. */
    public record Stored(
            CustomResourceFact fact,
            FailoverOrder order,
            FailoverState state,
            FailoverStatus status,
            Limits limits) {}

    private final Tenant tenant;

    public FailoverRecords(Tenant tenant) {
        this.tenant = tenant;
    }

    /**
     * @throws MalformedResource if the object's spec or status cannot be read, with the path
     */
    public Stored read(String name, CustomResourceFact fact) {
        FailoverSpec spec = ResourceJson.read("spec", fact.spec(), FailoverSpec.class);
        FailoverStatus status = ResourceJson.read("status", fact.status(), FailoverStatus.class);
        String origin = fact.meta().annotations().getOrDefault(ApiGroups.ORIGIN, "");
        String[] parts = origin.split("/", 3);
        boolean requested = parts.length == 3;
        FailoverOrder order =
                new FailoverOrder(
                        fact.meta().uid(),
                        name,
                        requested ? parts[0] + "/" + parts[1] : "quorum/" + tenant.namespace(),
                        requested ? parts[2] : name,
                        fact.meta().createdAt(),
                        meant(spec, requested ? parts[1] : null, fact.meta().deleting()));
        Limits limits = limits(fact.meta().annotations());
        return new Stored(fact, order, state(order, status, limits), status, limits);
    }

    /** A request means the group of its own namespace; to delete an order is to cancel it. */
    private static FailoverSpec meant(
            FailoverSpec spec, @Nullable String requestedIn, boolean deleting) {
        return new FailoverSpec(
                spec.protectionGroup(),
                spec.protectionGroupNamespace() == null
                        ? requestedIn
                        : spec.protectionGroupNamespace(),
                spec.targetCluster(),
                spec.failoverType(),
                spec.force(),
                spec.reason(),
                spec.dryRun(),
                deleting || Boolean.TRUE.equals(spec.cancel()));
    }

    private static FailoverState state(FailoverOrder order, FailoverStatus status, Limits limits) {
        Operation operation = status.operation();
        if ("Failed".equals(status.state())) {
            boolean undone =
                    status.conditions() != null
                            && status.conditions().stream()
                                    .anyMatch(c -> c.type().equals("RolledBack"));
            return new Failed(refusal(operation, status), undone);
        }
        if (operation == null || (status.step() == null && status.state() == null)) {
            return new Pending(order.orderedAt().plus(PATIENCE));
        }
        if ("CheckingSafety".equals(status.step())) {
            return new Pending(order.orderedAt().plus(PATIENCE));
        }
        FailoverPlan plan = plan(order, status, operation, limits);
        if ("Completed".equals(status.state())) {
            return order.isDryRun() ? new Rehearsed(plan, "") : new Completed(plan);
        }
        Instant deadline = required("deadline", operation.deadline());
        return active(String.valueOf(status.step()), plan, operation, status, deadline);
    }

    private static Active active(
            String step,
            FailoverPlan plan,
            Operation operation,
            FailoverStatus status,
            Instant deadline) {
        return switch (step) {
            case "Closing" -> new Closing(plan, deadline);
            case "StoppingVMs" -> new StoppingVms(plan, from(operation), deadline);
            case "Proving" -> new Proving(plan, from(operation), deadline);
            case "AwaitingOperator" ->
                    new AwaitingOperator(
                            plan,
                            from(operation),
                            Objects.requireNonNullElse(operation.commands(), List.of()),
                            deadline);
            case "Granting" -> new Granting(plan, from(operation), rule(plan, operation), deadline);
            case "RemovingTaints" ->
                    new RemovingTaints(
                            plan,
                            work(operation)
                                    .orElseThrow(
                                            () ->
                                                    new MalformedResource(
                                                            "status.operation.taints",
                                                            "missing in a stored operation")));
            case "StartingVMs" ->
                    new StartingVms(plan, work(operation), waiting(operation), deadline);
            case "RollingBack" ->
                    new RollingBack(plan, refusal(operation, status), waiting(operation), deadline);
            default -> throw new MalformedResource("status.step", "unknown step " + step);
        };
    }

    private static Optional<List<String>> waiting(Operation operation) {
        return Optional.ofNullable(operation.waiting());
    }

    private static Optional<Untainting> work(Operation operation) {
        return Optional.ofNullable(operation.taints())
                .map(
                        t ->
                                new Untainting(
                                        required("operation.taints.until", t.until()),
                                        Objects.requireNonNullElse(t.removed(), List.of()),
                                        Objects.requireNonNullElse(t.despite(), List.of()),
                                        Objects.requireNonNullElse(t.waitsFor(), "")));
    }

    private static Rule rule(FailoverPlan plan, Operation operation) {
        if (operation.rule() == null) {
            return plan.isEmergency() ? Rule.F : Rule.P;
        }
        return Stream.of(Rule.values())
                .filter(r -> r.name().equals(operation.rule()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new MalformedResource(
                                        "status.operation.rule", "unknown " + operation.rule()));
    }

    private static FailoverPlan plan(
            FailoverOrder order, FailoverStatus status, Operation operation, Limits limits) {
        String[] group = required("group", operation.group()).split("/", 2);
        return new FailoverPlan(
                order.uid(),
                order.name(),
                order.origin(),
                order.originName(),
                new GroupId(group[0], group[group.length - 1]),
                new ClusterId(required("sourceCluster", status.sourceCluster())),
                new ClusterId(required("targetCluster", status.targetCluster())),
                order.kind(),
                order.isForced(),
                required("startedAt", status.startedAt()),
                limits);
    }

    private static Map<String, Long> from(Operation operation) {
        return Objects.requireNonNullElse(operation.proofFrom(), Map.of());
    }

    private static Refusal refusal(@Nullable Operation operation, FailoverStatus status) {
        return new Refusal(
                operation == null || operation.refusalReason() == null
                        ? "Failed"
                        : operation.refusalReason(),
                operation == null || operation.refusalMessage() == null
                        ? String.valueOf(status.message())
                        : operation.refusalMessage());
    }

    private static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new MalformedResource("status." + field, "missing in a stored operation");
        }
        return value;
    }

    private Limits limits(Map<String, String> annotations) {
        return new Limits(
                limit("FAILOVER_TIMEOUT", annotations, Limits.DEFAULT.failover()),
                limit("DRBD_WAIT_TIME", annotations, Limits.DEFAULT.data()),
                limit("VM_START_TIMEOUT", annotations, Limits.DEFAULT.start()),
                limit("TAINT_REMOVAL_WINDOW", annotations, Limits.DEFAULT.taints()),
                limit("OPERATOR_TIMEOUT", annotations, Limits.DEFAULT.operator()));
    }

    private Duration limit(String key, Map<String, String> annotations, Duration otherwise) {
        return seconds(annotations.get(ApiGroups.PREFIX + key))
                .or(
                        () ->
                                Optional.ofNullable(tenant.zone().timeouts())
                                        .map(t -> t.get(key))
                                        .map(Duration::ofSeconds))
                .orElse(otherwise);
    }

    private static Optional<Duration> seconds(@Nullable String text) {
        return text != null && text.matches("[1-9]\\d{0,5}")
                ? Optional.of(Duration.ofSeconds(Long.parseLong(text)))
                : Optional.empty();
    }
}
