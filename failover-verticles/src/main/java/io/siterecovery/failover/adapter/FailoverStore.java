package io.siterecovery.failover.adapter;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.adapter.FailoverRecords.Stored;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.failover.FailoverState;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.FailoverStatus;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Failovers in {@code dr-<d>}: the durable state of each operation, written before it acts. */
public final class FailoverStore {

    private final KubernetesApi quorum;
    private final String namespace;
    private final TenantView view;

    public FailoverStore(KubernetesApi quorum, String namespace, TenantView view) {
        this.quorum = quorum;
        this.namespace = namespace;
        this.view = view;
    }

    /** Stores the next state, if the Failover is still as it was read. */
    public Future<Void> store(Stored stored, FailoverState next, Progress progress, Instant now) {
        FailoverStatus status = FailoverStatuses.write(stored, next, progress, now);
        JsonPatch patch =
                JsonPatch.create()
                        .testVersion(stored.fact().meta().resourceVersion())
                        .add("/status", ResourceJson.write(status));
        return quorum.patchStatus(ResourceKind.FAILOVER, namespace, stored.order().name(), patch)
                .onSuccess(answer -> taken(stored.order().name(), answer))
                .<Void>mapEmpty()
                .recover(e -> readAgain(stored.order().name(), e));
    }

    /** Whether our finalizer keeps it. */
    public static boolean isHeld(CustomResourceFact failover) {
        return failover.finalizers().contains(ApiGroups.FINALIZER);
    }

    /** Keeps the Failover until {@link #letGo}: deleting it before that is only a wish. */
    public Future<Void> hold(String name, CustomResourceFact failover) {
        return finalizers(name, failover, Finalizers.with(failover.finalizers()));
    }

    public Future<Void> letGo(String name, CustomResourceFact failover) {
        return finalizers(name, failover, Finalizers.without(failover.finalizers()));
    }

    private Future<Void> finalizers(
            String name, CustomResourceFact failover, List<String> finalizers) {
        JsonPatch patch = Finalizers.patch(failover.meta().resourceVersion(), finalizers);
        return quorum.patch(ResourceKind.FAILOVER, namespace, name, patch)
                .onSuccess(answer -> taken(name, answer))
                .<Void>mapEmpty()
                .recover(e -> readAgain(name, e));
    }

    /** An answer that was late may have shown what is gone by now: then it is looked for, too. */
    private Future<Void> readAgain(String name, Throwable failed) {
        boolean lost =
                failed instanceof KubernetesFailure f
                        && (f.reason() == Reason.CONFLICT || f.reason() == Reason.NOT_FOUND);
        if (!lost) {
            return Future.failedFuture(failed);
        }
        return quorum.get(ResourceKind.FAILOVER, namespace, name)
                .compose(
                        found -> {
                            found.ifPresentOrElse(o -> taken(name, o), () -> gone(name));
                            return Future.failedFuture(failed);
                        });
    }

    private void taken(String name, GenericKubernetesResource answer) {
        boolean gone =
                answer.getMetadata().getDeletionTimestamp() != null
                        && answer.getMetadata().getFinalizers().isEmpty();
        view.apply(key(name), gone ? null : Answers.customResource(answer));
    }

    private void gone(String name) {
        view.apply(key(name), null);
    }

    private FactKey key(String name) {
        return new FactKey(FactKey.QUORUM, ResourceKind.FAILOVER.qualified(), namespace, name);
    }

    /** A Failover as it is stored now: no cache, no view. */
    public Future<Optional<CustomResourceFact>> read(String name) {
        return quorum.get(ResourceKind.FAILOVER, namespace, name)
                .map(
                        found -> {
                            found.ifPresentOrElse(o -> taken(name, o), () -> gone(name));
                            return found.map(Answers::customResource);
                        });
    }

    /** A Failover as it was last seen. */
    public Optional<CustomResourceFact> seen(String name) {
        return view.get(
                CustomResourceFact.class, FactKey.QUORUM, ResourceKind.FAILOVER, namespace, name);
    }

    /** The word that users see for a state. */
    public static String step(FailoverState state) {
        return FailoverStatuses.step(state);
    }

    /** What a state is about, as far as that is known of it. */
    public static Optional<FailoverPlan> planOf(FailoverState state) {
        return Optional.ofNullable(FailoverStatuses.planOf(state));
    }

    /** The sentence that users see for a state. */
    public static String message(FailoverState state) {
        return FailoverStatuses.message(state);
    }
}
