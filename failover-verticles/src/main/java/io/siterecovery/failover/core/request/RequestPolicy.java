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

        /** Show on the original how its follower fares. */
        record Mirror(Place at, JsonNode status) implements Step {}

        /** Say on the original why it is not followed. */
        record Refuse(Place at, String reason, String message) implements Step {}

        record Delete(Place at, String uid) implements Step {}
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

    /** A Failover made on a workload cluster, and the operation made from it in {@code dr-<d>}. */
    public static Step request(
            Place requestPlace,
            CustomResourceFact request,
            Place operationPlace,
            Optional<CustomResourceFact> operation,
            boolean listed) {
        if (!listed || request.meta().deleting()) {
            return new Step.Nothing();
        }
        if (operation.isEmpty()) {
            return request.status().hasNonNull("state")
                    ? new Step.Nothing()
                    : new Step.Make(
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
        CustomResourceFact ours = operation.get();
        if (!request.meta().uid().equals(ours.meta().annotations().get(ApiGroups.ORIGIN_UID))) {
            return ours.status().hasNonNull("state")
                    ? again(requestPlace, request, operationPlace, ours)
                    : refuse(
                            requestPlace,
                            request,
                            "NameUsed",
                            "a Failover of this name is running; use another name");
        }
        JsonNode mirrored = Mirrors.ofFailover(ours.status(), request.meta().generation());
        return mirrored.isEmpty() || mirrored.equals(request.status())
                ? new Step.Nothing()
                : new Step.Mirror(requestPlace, mirrored);
    }

    /** A name that was carried out is spent; one that was refused may be made again. */
    private static Step again(
            Place requestPlace,
            CustomResourceFact request,
            Place operationPlace,
            CustomResourceFact earlier) {
        boolean carriedOut =
                earlier.status().path("operation").hasNonNull("closedEpoch")
                        || earlier.status().path("state").asText().equals("Completed");
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
                : new Step.Mirror(aliasPlace, mirrored);
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
