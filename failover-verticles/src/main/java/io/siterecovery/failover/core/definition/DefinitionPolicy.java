package io.siterecovery.failover.core.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.failover.core.definition.DefinitionPair.Named;
import io.siterecovery.failover.core.definition.DefinitionPair.Way;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupObservation.Definition;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.group.GroupPolicy;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.model.definition.DefinitionCopy;
import io.siterecovery.model.definition.DefinitionCopy.Adaptation;
import io.siterecovery.model.definition.Difference;
import java.util.List;
import java.util.Optional;

/**
 * Decides what is done at the site that does not hold a group, so that it has all definitions
 * beforehand: a failover needs nothing from a dead site (I14).
 *
 * <p>Safety: only while somebody holds the group and nothing moves it; only where the group is not
 * held; never on an object under a higher claim. Whether a VM is on is no part of its definition,
 * and is not touched.
 */
public final class DefinitionPolicy {

    /** What to do with the object at the other site. */
    public sealed interface Step {

        record Nothing() implements Step {}

        /** Nothing, and this is to be told. */
        record Tell(Finding finding) implements Step {}

        record Create(ObjectNode copy) implements Step {}

        /**
         * @param patch a merge patch that lands on the object as it was read, or not at all
         * @param differences that it mends
         */
        record Mend(ObjectNode patch, List<String> differences) implements Step {}

        /** First, at the source: deleting the claim must not delete the data. */
        record Retain(ObjectNode patch) implements Step {}
    }

    /** From where to where definitions are to be kept now; empty while they are left alone. */
    public static Optional<Way> way(GroupObservation seen) {
        Optional<Ownership> ownership = seen.ownership().map(OwnershipSeen::ownership);
        boolean wanted =
                seen.hubComplete()
                        && seen.definition().filter(d -> !d.paused()).isPresent()
                        && seen.sites().stream().allMatch(Site::known)
                        && GroupPolicy.frozenBy(seen).isEmpty()
                        && ownership.filter(o -> o.lock().isEmpty()).isPresent();
        if (!wanted || !(ownership.orElseThrow().holder() instanceof Holder.At(ClusterId from))) {
            return Optional.empty();
        }
        return seen.sites().stream()
                .map(Site::cluster)
                .filter(site -> !site.equals(from))
                .findFirst()
                .map(to -> new Way(from, to));
    }

    /** Whether what drifts is mended, or only told. */
    public static boolean mends(Definition definition) {
        return !"Report".equals(definition.spec().driftPolicy());
    }

    private final Way way;
    private final Claim claim;
    private final boolean mend;
    private final Adaptation adaptation;

    /**
     * @param claim that the group's VMs are under now
     * @param mend false: only tell
     */
    public DefinitionPolicy(Way way, Claim claim, boolean mend, Adaptation adaptation) {
        this.way = way;
        this.claim = claim;
        this.mend = mend;
        this.adaptation = adaptation;
    }

    /**
     * Of one object, as both sites serve it at this moment.
     *
     * @param accepted digest of the other site's object, if that is what it made of our last write
     */
    public Step step(
            DefinitionPair pair,
            Optional<JsonNode> source,
            Optional<JsonNode> found,
            Optional<String> accepted) {
        Named id = pair.id();
        boolean prevents = !pair.optional();
        if (source.isEmpty()) {
            return new Step.Tell(
                    found.isEmpty()
                            ? new Finding.Missing(id, "does not exist on " + way.from(), prevents)
                            : new Finding.Orphaned(
                                    id,
                                    "is gone on %s; the one on %s is kept"
                                            .formatted(way.from(), way.to())));
        }
        String useless = DefinitionCopy.uselessElsewhere(source.get());
        if (!useless.isEmpty()) {
            return found.isPresent()
                    ? new Step.Nothing()
                    : new Step.Tell(new Finding.Missing(id, "is not copied: " + useless, prevents));
        }
        if (isLost(id, source.get())) {
            return new Step.Retain(retain(source.get()));
        }
        ObjectNode wanted = DefinitionCopy.of(id.kind(), source.get(), adaptation);
        if (found.isEmpty()) {
            return new Step.Create(marked(id, wanted, source.get()));
        }
        return compare(id, source.get(), found.get(), wanted, accepted, prevents);
    }

    private Step compare(
            Named id,
            JsonNode source,
            JsonNode found,
            ObjectNode wanted,
            Optional<String> accepted,
            boolean prevents) {
        if (found.at("/metadata").has("deletionTimestamp")) {
            return new Step.Tell(
                    new Finding.Missing(id, "is being deleted on " + way.to(), prevents));
        }
        Optional<Claim> marked = Claim.parse(annotation(found, ApiGroups.CLAIM));
        if (marked.filter(c -> !c.sameGroup(claim)).isPresent()) {
            String whose = "it belongs to protection group " + marked.get().group();
            return new Step.Tell(new Finding.Conflict(id, List.of(whose), prevents));
        }
        if (marked.filter(c -> c.isHigherThan(claim)).isPresent()) {
            return new Step.Nothing();
        }
        JsonNode form = DefinitionCopy.comparedWith(wanted, id.kind(), found);
        List<String> differences =
                Difference.between(wanted, form).stream().map(Difference::toString).toList();
        if (differences.isEmpty()) {
            return new Step.Nothing();
        }
        if (accepted.filter(DefinitionCopy.digest(id.kind(), found)::equals).isPresent()) {
            return new Step.Tell(new Finding.Adapted(id, differences));
        }
        if (!isOurs(source, found) || isAnotherVolume(id, wanted, form)) {
            return new Step.Tell(
                    new Finding.Conflict(id, differences, isAnotherVolume(id, wanted, form)));
        }
        if (!mend) {
            return new Step.Tell(new Finding.Drifted(id, differences));
        }
        ObjectNode patch = Difference.patch(wanted, form);
        ObjectNode metadata = patch.withObject("/metadata");
        metadata.set("resourceVersion", found.at("/metadata/resourceVersion"));
        if (annotation(found, ApiGroups.ADOPT).equals("true")) {
            metadata.withObject("/annotations").put(ApiGroups.COPY_OF, copyOf(source));
        }
        return new Step.Mend(patch, differences);
    }

    /** A copy that we made, what we copied ourselves, or what somebody gave into our hands. */
    private static boolean isOurs(JsonNode source, JsonNode found) {
        return !annotation(found, ApiGroups.COPY_OF).isEmpty()
                || annotation(found, ApiGroups.ADOPT).equals("true")
                || annotation(source, ApiGroups.COPY_OF).equals(found.at("/metadata/uid").asText());
    }

    private static boolean isAnotherVolume(Named id, JsonNode wanted, JsonNode found) {
        return id.kind().equals(ResourceKind.PERSISTENT_VOLUME)
                && !wanted.at("/spec/csi/volumeHandle").equals(found.at("/spec/csi/volumeHandle"));
    }

    private static boolean isLost(Named id, JsonNode source) {
        return id.kind().equals(ResourceKind.PERSISTENT_VOLUME)
                && source.at("/spec/persistentVolumeReclaimPolicy").asText().equals("Delete");
    }

    private static ObjectNode retain(JsonNode source) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").set("resourceVersion", source.at("/metadata/resourceVersion"));
        patch.putObject("spec").put("persistentVolumeReclaimPolicy", "Retain");
        return patch;
    }

    private ObjectNode marked(Named id, ObjectNode copy, JsonNode source) {
        ObjectNode annotations = copy.withObject("/metadata/annotations");
        annotations.put(ApiGroups.COPY_OF, copyOf(source));
        if (id.kind().equals(ResourceKind.VIRTUAL_MACHINE)) {
            annotations.put(ApiGroups.CLAIM, claim.toString());
        }
        return copy;
    }

    private static String copyOf(JsonNode source) {
        return source.at("/metadata/uid").asText();
    }

    private static String annotation(JsonNode object, String key) {
        return object.path("metadata").path("annotations").path(key).asText();
    }
}
