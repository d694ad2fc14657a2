package io.siterecovery.failover.adapter;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes the fences, one ConfigMap for all groups of a namespace. Groups that move together would
 * only overtake one another there, so each has one write under way at a time, and the next carries
 * what all others want by then.
 *
 * <p>A wish is about what was seen of its VMs when it was decided on. If that is no longer so when
 * its turn comes, nothing is done for it: whoever wished it is woken by the same change.
 */
final class FenceWrites {

    private record Place(ClusterId cluster, String namespace) {}

    /**
     * @param seen the claims under which its VMs were fenced
     * @param wanted the claims under which they shall be; a VM without is to be let out
     */
    private record Wish(
            Set<String> vms,
            Map<String, String> seen,
            Map<String, String> wanted,
            Promise<Void> done) {

        boolean isStillAbout(Map<String, String> claims) {
            return vms.stream().allMatch(vm -> Objects.equals(seen.get(vm), claims.get(vm)));
        }
    }

    private final Ports tenant;
    private final TenantView view;
    private final Map<Place, List<Wish>> waiting = new HashMap<>();

    FenceWrites(Ports tenant, TenantView view) {
        this.tenant = tenant;
        this.view = view;
    }

    /** Lists VMs under a claim. */
    Future<?> fence(
            ClusterId cluster,
            String namespace,
            Optional<FenceFact> seen,
            Set<String> vms,
            String claim) {
        Map<String, String> wanted = new TreeMap<>();
        vms.forEach(vm -> wanted.put(vm, claim));
        return write(
                new Place(cluster, namespace),
                new Wish(
                        vms,
                        seen.map(FenceFact::claims).orElse(Map.of()),
                        wanted,
                        Promise.promise()));
    }

    /** Lets VMs out, from under the claims that were seen on them and no others. */
    Future<?> unfence(ClusterId cluster, String namespace, FenceFact seen, Set<String> vms) {
        return write(
                new Place(cluster, namespace),
                new Wish(vms, seen.claims(), Map.of(), Promise.promise()));
    }

    private Future<?> write(Place place, Wish wish) {
        List<Wish> others = waiting.get(place);
        if (others != null) {
            others.add(wish);
        } else {
            waiting.put(place, new ArrayList<>());
            write(place, List.of(wish));
        }
        return wish.done().future();
    }

    private void write(Place place, List<Wish> wishes) {
        Optional<FenceFact> fence =
                view.get(
                        FenceFact.class,
                        place.cluster().name(),
                        ResourceKind.CONFIG_MAP,
                        place.namespace(),
                        ApiGroups.FENCE);
        Map<String, String> claims = fence.map(FenceFact::claims).orElse(Map.of());
        Set<String> taken = new HashSet<>();
        List<Wish> now = new ArrayList<>();
        for (Wish wish : wishes) {
            if (wish.isStillAbout(claims) && wish.vms().stream().noneMatch(taken::contains)) {
                taken.addAll(wish.vms());
                now.add(wish);
            } else {
                wish.done().complete();
            }
        }
        Future<?> written =
                now.isEmpty()
                        ? Future.succeededFuture()
                        : fence.isPresent() ? patch(place, fence.get(), now) : create(place, now);
        written.onComplete(
                result -> {
                    for (Wish wish : now) {
                        if (result.succeeded()) {
                            wish.done().complete();
                        } else {
                            wish.done().fail(result.cause());
                        }
                    }
                    next(place);
                });
    }

    private void next(Place place) {
        List<Wish> wishes = Objects.requireNonNull(waiting.remove(place));
        if (!wishes.isEmpty()) {
            waiting.put(place, new ArrayList<>());
            write(place, wishes);
        }
    }

    private Future<?> create(Place place, List<Wish> wishes) {
        Map<String, String> claims = new TreeMap<>();
        wishes.forEach(wish -> claims.putAll(wish.wanted()));
        return tenant.cluster(place.cluster().name())
                .create(
                        ResourceKind.CONFIG_MAP,
                        Answers.object(
                                ResourceKind.CONFIG_MAP,
                                place.namespace(),
                                ApiGroups.FENCE,
                                Map.of(),
                                Map.of("data", claims)))
                .onSuccess(answer -> fenceIs(place, answer));
    }

    /** The value of each key is the claim it was fenced under, tested before it is removed. */
    private Future<?> patch(Place place, FenceFact fence, List<Wish> wishes) {
        JsonPatch patch = JsonPatch.create().testVersion(fence.meta().resourceVersion());
        Map<String, String> added = new TreeMap<>();
        for (Wish wish : wishes) {
            added.putAll(wish.wanted());
            for (String vm : wish.vms()) {
                String claim = fence.claims().get(vm);
                if (!wish.wanted().containsKey(vm) && claim != null) {
                    String path = "/data/" + JsonPatch.escape(vm);
                    patch.test(path, claim).remove(path);
                }
            }
        }
        if (fence.claims().isEmpty() && !added.isEmpty()) {
            patch.add("/data", added);
        } else {
            added.forEach((vm, claim) -> patch.add("/data/" + JsonPatch.escape(vm), claim));
        }
        return tenant.cluster(place.cluster().name())
                .patch(ResourceKind.CONFIG_MAP, place.namespace(), ApiGroups.FENCE, patch)
                .onSuccess(answer -> fenceIs(place, answer));
    }

    private void fenceIs(Place place, GenericKubernetesResource answer) {
        view.apply(
                new FactKey(
                        place.cluster().name(),
                        ResourceKind.CONFIG_MAP.qualified(),
                        place.namespace(),
                        ApiGroups.FENCE),
                Answers.fence(answer));
    }
}
