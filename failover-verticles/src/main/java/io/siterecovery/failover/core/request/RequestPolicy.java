package io.siterecovery.failover.core.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import java.util.Map;
import java.util.Optional;

/**
 * How one object follows another: a Failover in {@code dr-<d>} the request it was made from, a
 * canonical object its alias. The follower is made once, its status is mirrored back, and what
 * happens to one of them never changes an operation.
 */
public final class RequestPolicy {

    /** Generation of the original that the follower's spec was last taken from. */
    public static final String FOLLOWS_GENERATION = ApiGroups.PREFIX + "follows-generation";

    /** Where an object is. */
    public record Place(String cluster, ResourceKind kind, String namespace, String name) {}

    public sealed interface Step {
        record Nothing() implements Step {}

        /** Make the follower. */
        record Make(Place at, JsonNode spec, Map<String, String> annotations) implements Step {}

        /** Let the follower's spec be the original's again. */
        record Respec(Place at, String resourceVersion, JsonNode spec, long generation)
                implements Step {}

        /** Show on the original, as it was seen, how its follower fares. */
        record Mirror(Place at, String resourceVersion, JsonNode status) implements Step {}

        /** Say on the original why it is not followed. */
        record Refuse(Place at, String reason, String message) implements Step {}

        record Delete(Place at, String uid) implements Step {}

        /** Keep the original until what follows it has ended. */
        record Hold(Place at, CustomResourceFact seen) implements Step {}

        record LetGo(Place at, CustomResourceFact seen) implements Step {}

        /** End the operation as soon as it can be ended. */
        record Cancel(Place at, String resourceVersion) implements Step {}
    }

    /**
     * An alias and its canonical twin of the same name.
     *
     * @param listed the cluster has been listed completely: what is absent is gone
     */
    public static Step alias(
            Place aliasPlace,
            Optional<CustomResourceFact> alias,
            Place twinPlace,
            Optional<CustomResourceFact> twin,
            boolean listed) {
        if (!listed) {
            return new Step.Nothing();
        }
        Optional<String> follows = twin.map(t -> t.meta().annotations().get(ApiGroups.ALIAS_OF));
        if (alias.isEmpty()) {
            return twin.isPresent() && follows.isPresent() && !twin.get().meta().deleting()
                    ? new Step.Delete(twinPlace, twin.get().meta().uid())
                    : new Step.Nothing();
        }
        CustomResourceFact original = alias.get();
        if (original.meta().deleting()) {
            return new Step.Nothing();
        }
        if (twin.isEmpty()) {
            return wasFollowed(original)
                    ? new Step.Delete(aliasPlace, original.meta().uid())
                    : new Step.Make(
                            twinPlace,
                            original.spec(),
                            Map.of(
                                    ApiGroups.ALIAS_OF,
                                    original.meta().uid(),
                                    FOLLOWS_GENERATION,
                                    Long.toString(original.meta().generation())));
        }
        if (follows.filter(original.meta().uid()::equals).isEmpty()) {
            return refuse(
                    aliasPlace,
                    original,
                    "AlreadyExists",
                    ("%s %s/%s exists already and does not come from this object; change that one"
                                    + " or delete it")
                            .formatted(
                                    twinPlace.kind().plural() + "." + twinPlace.kind().group(),
                                    twinPlace.namespace(),
                                    twinPlace.name()));
        }
        return follow(aliasPlace, original, twinPlace, twin.get());
    }

    /**
     * A Failover made on a workload cluster, and the operation made from it in {@code dr-<d>}. To
     * delete it, or to set its {@code cancel}, cancels the operation; nothing else done to it
     * changes anything.
     */
    public static Step request(
            Place requestPlace,
            CustomResourceFact request,
            Place operationPlace,
            Optional<CustomResourceFact> operation,
            boolean listed) {
        if (!listed) {
            return new Step.Nothing();
        }
        Optional<CustomResourceFact> ours = operation.filter(o -> madeFrom(request, o));
        boolean runs = ours.filter(o -> !hasEnded(o)).isPresent();
        if (runs && wishesEnd(request) && !ours.get().spec().path("cancel").asBoolean()) {
            return new Step.Cancel(operationPlace, ours.get().meta().resourceVersion());
        }
        if (request.meta().deleting()) {
            return isHeld(request) && !runs
                    ? new Step.LetGo(requestPlace, request)
                    : new Step.Nothing();
        }
        if (operation.isEmpty()) {
            return followed(requestPlace, request, operationPlace);
        }
        if (ours.isEmpty()) {
            if (hasEnded(request) && isHeld(request)) {
                return new Step.LetGo(requestPlace, request);
            }
            return hasEnded(operation.get())
                    ? again(requestPlace, request, operationPlace, operation.get())
                    : refuse(
                            requestPlace,
                            request,
                            "NameUsed",
                            "a Failover of this name is running; use another name");
        }
        if (runs && hasEnded(request)) {
            // What is known of the operation is older than what its request was told already.
            return new Step.Nothing();
        }
        JsonNode mirrored = Mirrors.ofFailover(ours.get().status(), request.meta().generation());
        if (!mirrored.isEmpty() && !mirrored.equals(request.status())) {
            return new Step.Mirror(requestPlace, request.meta().resourceVersion(), mirrored);
        }
        if (runs == isHeld(request)) {
            return new Step.Nothing();
        }
        return runs ? new Step.Hold(requestPlace, request) : new Step.LetGo(requestPlace, request);
    }

    /** One that has no operation: not yet, or not any more. */
    private static Step followed(
            Place requestPlace, CustomResourceFact request, Place operationPlace) {
        if (hasEnded(request)) {
            return isHeld(request) ? new Step.LetGo(requestPlace, request) : new Step.Nothing();
        }
        if (wasFollowed(request)) {
            return refuse(
                    requestPlace,
                    request,
                    "Cancelled",
                    "its operation on the quorum cluster was deleted; make a new one");
        }
        if (!isHeld(request)) {
            // Held before anything is made: deleting it in between would cancel nothing.
            return new Step.Hold(requestPlace, request);
        }
        return new Step.Make(
                operationPlace,
                request.spec(),
                Map.of(
                        ApiGroups.ORIGIN,
                        requestPlace.cluster()
                                + "/"
                                + requestPlace.namespace()
                                + "/"
                                + requestPlace.name(),
                        ApiGroups.ORIGIN_UID,
                        request.meta().uid()));
    }

    private static boolean madeFrom(CustomResourceFact request, CustomResourceFact operation) {
        return request.meta()
                .uid()
                .equals(operation.meta().annotations().get(ApiGroups.ORIGIN_UID));
    }

    private static boolean hasEnded(CustomResourceFact failover) {
        return failover.status().hasNonNull("state");
    }

    private static boolean wishesEnd(CustomResourceFact request) {
        return request.meta().deleting() || request.spec().path("cancel").asBoolean();
    }

    private static boolean isHeld(CustomResourceFact object) {
        return object.finalizers().contains(ApiGroups.FINALIZER);
    }

    /** A name that was carried out is spent; one that was refused may be made again. */
    private static Step again(
            Place requestPlace,
            CustomResourceFact request,
            Place operationPlace,
            CustomResourceFact earlier) {
        boolean carriedOut =
                earlier.status().path("operation").hasNonNull("closedEpoch")
                        || (earlier.status().path("state").asText().equals("Completed")
                                && !earlier.spec().path("dryRun").asBoolean());
        return carriedOut
                ? refuse(
                        requestPlace,
                        request,
                        "NameUsed",
                        "a Failover of this name was carried out before; use another name")
                : new Step.Delete(operationPlace, earlier.meta().uid());
    }

    private static Step follow(
            Place aliasPlace, CustomResourceFact alias, Place twinPlace, CustomResourceFact twin) {
        String generation = Long.toString(alias.meta().generation());
        if (!generation.equals(twin.meta().annotations().get(FOLLOWS_GENERATION))) {
            return new Step.Respec(
                    twinPlace,
                    twin.meta().resourceVersion(),
                    alias.spec(),
                    alias.meta().generation());
        }
        JsonNode mirrored = Mirrors.ofTwin(twin.status(), alias.meta().generation());
        return mirrored.isEmpty() || mirrored.equals(alias.status())
                ? new Step.Nothing()
                : new Step.Mirror(aliasPlace, alias.meta().resourceVersion(), mirrored);
    }

    private static boolean wasFollowed(CustomResourceFact original) {
        return original.status().hasNonNull("observedGeneration");
    }

    private static Step refuse(
            Place place, CustomResourceFact original, String reason, String message) {
        boolean said =
                message.equals(original.status().path("message").asText())
                        || Mirrors.conditionSays(original.status(), message);
        return said ? new Step.Nothing() : new Step.Refuse(place, reason, message);
    }

    private RequestPolicy() {}
}
