package io.siterecovery.failover.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.core.request.RequestPolicy;
import io.siterecovery.failover.core.request.RequestPolicy.Place;
import io.siterecovery.failover.core.request.RequestPolicy.Step;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.Condition;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Future;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Makes followers and mirrors how they fare. */
public final class RequestEffects {

    private final Ports tenant;
    private final TenantView view;

    public RequestEffects(Ports tenant, TenantView view) {
        this.tenant = tenant;
        this.view = view;
    }

    public Future<?> carryOut(Step step) {
        return switch (step) {
            case Step.Nothing() -> Future.succeededFuture();
            case Step.Make(var at, var spec, var annotations) ->
                    cluster(at)
                            .create(
                                    at.kind(),
                                    Answers.object(
                                            at.kind(),
                                            at.namespace(),
                                            at.name(),
                                            annotations,
                                            Map.of("spec", spec)))
                            .onSuccess(answer -> isNow(at, answer))
                            .<Void>mapEmpty()
                            .recover(e -> unmade(e).mapEmpty());
            case Step.Respec(var at, var version, var spec, var generation) ->
                    cluster(at)
                            .patch(
                                    at.kind(),
                                    at.namespace(),
                                    at.name(),
                                    JsonPatch.create()
                                            .testVersion(version)
                                            .replace("/spec", spec)
                                            .add(
                                                    "/metadata/annotations/"
                                                            + JsonPatch.escape(
                                                                    RequestPolicy
                                                                            .FOLLOWS_GENERATION),
                                                    Long.toString(generation)))
                            .onSuccess(answer -> isNow(at, answer));
            case Step.Mirror(var at, var version, var status) ->
                    status(at, JsonPatch.create().testVersion(version).add("/status", status));
            case Step.Refuse(var at, var reason, var message) -> refuse(at, reason, message);
            case Step.Hold(var at, var seen) ->
                    finalizers(at, seen, Finalizers.with(seen.finalizers()));
            case Step.LetGo(var at, var seen) ->
                    finalizers(at, seen, Finalizers.without(seen.finalizers()));
            case Step.Cancel(var at, var version) ->
                    cluster(at)
                            .patch(
                                    at.kind(),
                                    at.namespace(),
                                    at.name(),
                                    JsonPatch.create()
                                            .testVersion(version)
                                            .add("/spec/cancel", true))
                            .onSuccess(answer -> isNow(at, answer))
                            .<Void>mapEmpty()
                            .recover(e -> lookAgain(at, e));
            case Step.Delete(var at, var uid) ->
                    cluster(at)
                            .delete(at.kind(), at.namespace(), at.name(), uid)
                            .onSuccess(_ -> view.apply(key(at), null))
                            .recover(e -> lookAgain(at, e));
        };
    }

    private Future<?> finalizers(Place at, CustomResourceFact seen, List<String> finalizers) {
        return cluster(at)
                .patch(
                        at.kind(),
                        at.namespace(),
                        at.name(),
                        Finalizers.patch(seen.meta().resourceVersion(), finalizers))
                .onSuccess(answer -> isNow(at, answer))
                .<Void>mapEmpty()
                .recover(e -> lookAgain(at, e));
    }

    private Future<?> refuse(Place at, String reason, String message) {
        boolean failover = at.kind().kind().equals(ResourceKind.FAILOVER.kind());
        Condition condition =
                new Condition(
                        failover ? "Succeeded" : "ValidationFailed",
                        failover ? "False" : "True",
                        reason,
                        message,
                        tenant.clock().instant().truncatedTo(ChronoUnit.MILLIS),
                        null);
        ObjectNode status = ResourceJson.mapper().createObjectNode();
        status.set("conditions", ResourceJson.mapper().valueToTree(List.of(condition)));
        status.put("state", "Failed");
        if (failover) {
            status.put("phase", "Failed").put("status", "Failed").put("message", message);
        }
        return status(at, JsonPatch.create().add("/status", status));
    }

    private Future<?> status(Place at, JsonPatch patch) {
        return cluster(at)
                .patchStatus(at.kind(), at.namespace(), at.name(), patch)
                .onSuccess(answer -> isNow(at, answer))
                .<Void>mapEmpty()
                .recover(e -> lookAgain(at, e));
    }

    /** An answer that was late may have shown what is gone by now: then it is looked for. */
    private Future<Void> lookAgain(Place at, Throwable failed) {
        return isFailure(failed, Reason.NOT_FOUND)
                ? cluster(at)
                        .get(at.kind(), at.namespace(), at.name())
                        .onSuccess(
                                found ->
                                        found.ifPresentOrElse(
                                                object -> isNow(at, object),
                                                () -> view.apply(key(at), null)))
                        .mapEmpty()
                : Future.failedFuture(failed);
    }

    /** What exists already will be seen soon, and judged then. */
    private static Future<?> unmade(Throwable e) {
        return isFailure(e, Reason.ALREADY_EXISTS)
                ? Future.succeededFuture()
                : Future.failedFuture(e);
    }

    private static boolean isFailure(Throwable e, Reason reason) {
        return e instanceof KubernetesFailure f && f.reason() == reason;
    }

    private void isNow(Place at, GenericKubernetesResource answer) {
        boolean gone =
                answer.getMetadata().getDeletionTimestamp() != null
                        && answer.getMetadata().getFinalizers().isEmpty();
        view.apply(key(at), gone ? null : Answers.customResource(answer));
    }

    private static FactKey key(Place at) {
        return new FactKey(at.cluster(), at.kind().qualified(), at.namespace(), at.name());
    }

    private KubernetesApi cluster(Place at) {
        return tenant.cluster(at.cluster());
    }
}
