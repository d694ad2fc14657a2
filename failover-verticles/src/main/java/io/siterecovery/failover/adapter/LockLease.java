package io.siterecovery.failover.adapter;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Follower;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.platform.Selector;
import io.siterecovery.platform.Urgency;
import io.siterecovery.platform.Watch;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Shows the lock of a running failover where users look for it: the Lease {@code failover-lock-…}.
 * It only shows: deleting it changes nothing, and while the operation lives it is written again.
 */
public final class LockLease {

    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private record Shown(String uid, List<Watch> watches) {}

    private record Place(KubernetesApi cluster, String namespace, String name) {}

    private final Ports tenant;
    private final OwnershipStore ownerships;
    private final Predicate<String> answers;
    private final Runnable gone;
    private final Map<GroupId, Shown> shown = new HashMap<>();
    private final Map<GroupId, Future<?>> writing = new HashMap<>();

    /**
     * @param answers whether a site, by its name, is known to answer
     * @param gone told when somebody has taken a lease away: whoever still holds the lock shows it
     */
    public LockLease(
            Ports tenant, OwnershipStore ownerships, Predicate<String> answers, Runnable gone) {
        this.tenant = tenant;
        this.ownerships = ownerships;
        this.answers = answers;
        this.gone = gone;
    }

    /** Makes the leases, once for each operation; not waited for. */
    public void show(FailoverPlan plan, Optional<OwnershipSeen> ownership) {
        boolean held = ownership.filter(o -> isHeld(o, plan)).isPresent();
        Shown before = shown.get(plan.group());
        if (!held || (before != null && before.uid().equals(plan.uid()))) {
            return;
        }
        forget(plan.group());
        Map<String, Object> spec =
                Map.of(
                        "holderIdentity",
                        identity(plan.uid()),
                        "leaseDurationSeconds",
                        300,
                        "acquireTime",
                        MICRO_TIME.format(plan.startedAt()),
                        "renewTime",
                        MICRO_TIME.format(Instant.now(tenant.clock())));
        Shown asked = new Shown(plan.uid(), List.of());
        shown.put(plan.group(), asked);
        // Whoever was asleep learns that a lease is gone before it learns why.
        Urgency.TELLS
                .during(() -> ownerships.read(plan.group()))
                .onSuccess(
                        now -> {
                            boolean still = asked.equals(shown.get(plan.group()));
                            if (still && now.filter(o -> isHeld(o, plan)).isPresent()) {
                                Urgency.TELLS.during(() -> show(plan, spec));
                            }
                        });
    }

    private static boolean isHeld(OwnershipSeen ownership, FailoverPlan plan) {
        return ownership.ownership().isLockedBy(plan.uid());
    }

    private Shown show(FailoverPlan plan, Map<String, Object> spec) {
        List<Place> places = places(plan.group());
        writing.put(
                plan.group(), Future.join(places.stream().map(place -> put(place, spec)).toList()));
        List<Watch> watches =
                places.stream()
                        .map(
                                place ->
                                        place.cluster()
                                                .follow(
                                                        ResourceKind.LEASE,
                                                        place.namespace(),
                                                        Selector.named(place.name()),
                                                        new Kept(plan.group())))
                        .toList();
        Shown now = new Shown(plan.uid(), watches);
        shown.put(plan.group(), now);
        return now;
    }

    /**
     * Takes away those of an operation that has ended, whoever made them; another one's stay.
     *
     * @param uid of the operation
     */
    public Future<Void> hide(GroupId group, String uid) {
        Shown known = shown.get(group);
        if (known != null && known.uid().equals(uid)) {
            forget(group);
        }
        // What is still on its way would land after them.
        return writing.getOrDefault(group, Future.succeededFuture())
                .transform(
                        _ ->
                                Future.join(
                                        places(group).stream()
                                                .map(place -> remove(place, uid))
                                                .toList()))
                .mapEmpty();
    }

    private static Future<Void> remove(Place place, String uid) {
        return place.cluster()
                .get(ResourceKind.LEASE, place.namespace(), place.name())
                .compose(
                        found ->
                                found.filter(lease -> holder(lease).equals(identity(uid)))
                                        .map(lease -> remove(place, lease))
                                        .orElseGet(Future::succeededFuture));
    }

    private static Future<Void> remove(Place place, GenericKubernetesResource lease) {
        return place.cluster()
                .delete(
                        ResourceKind.LEASE,
                        place.namespace(),
                        place.name(),
                        lease.getMetadata().getUid())
                .recover(
                        e ->
                                e instanceof KubernetesFailure f
                                                && (f.reason() == Reason.NOT_FOUND
                                                        || f.reason() == Reason.CONFLICT)
                                        ? Future.succeededFuture()
                                        : Future.failedFuture(e));
    }

    private static String holder(GenericKubernetesResource lease) {
        return KubernetesJson.tree(lease).at("/spec/holderIdentity").asText();
    }

    private static String identity(String uid) {
        return "failover-controller-" + uid;
    }

    public void close() {
        List.copyOf(shown.keySet()).forEach(this::forget);
    }

    private void forget(GroupId group) {
        Shown before = shown.remove(group);
        if (before != null) {
            before.watches().forEach(Watch::close);
        }
    }

    private List<Place> places(GroupId group) {
        String name = "failover-lock-" + group.name();
        List<Place> places = new ArrayList<>();
        places.add(
                new Place(
                        tenant.quorum(),
                        tenant.tenant().namespace(),
                        "failover-lock-" + group.ownershipName()));
        for (KubernetesApi site : List.of(tenant.primary(), tenant.dr())) {
            // Nobody looks at one that is silent, and each call to it costs a connection.
            if (answers.test(site.name())) {
                places.add(new Place(site, group.namespace(), name));
            }
        }
        return places;
    }

    /** One lease of a running operation. */
    private final class Kept implements Follower {

        private final GroupId group;

        Kept(GroupId group) {
            this.group = group;
        }

        @Override
        public void observed(GenericKubernetesResource lease) {}

        @Override
        public void vanished(String namespace, String name) {
            forget(group);
            gone.run();
        }

        @Override
        public void listed() {}

        @Override
        public void lost(KubernetesFailure failure) {}
    }

    private static Future<Void> put(Place place, Map<String, Object> spec) {
        return place.cluster()
                .create(
                        ResourceKind.LEASE,
                        Answers.object(
                                ResourceKind.LEASE,
                                place.namespace(),
                                place.name(),
                                Map.of(),
                                Map.of("spec", spec)))
                .<Void>mapEmpty()
                .recover(
                        e ->
                                e instanceof KubernetesFailure f
                                                && f.reason() == Reason.ALREADY_EXISTS
                                        ? replace(place, spec)
                                        : Future.succeededFuture());
    }

    private static Future<Void> replace(Place place, Map<String, Object> spec) {
        return place.cluster()
                .mergePatch(
                        ResourceKind.LEASE,
                        place.namespace(),
                        place.name(),
                        ResourceJson.mapper()
                                .createObjectNode()
                                .set("spec", ResourceJson.mapper().valueToTree(spec)))
                .mapEmpty();
    }
}
