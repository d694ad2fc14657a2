package io.siterecovery.watchers.core;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which objects of a cluster are the tenant's. Namespaced ones by their namespace,
 * PersistentVolumes by their claim's, VolumeAttachments by their volume; Nodes and StorageClasses
 * are everybody's. An attachment may be seen before its volume, so those that are not ours (yet)
 * are kept by name.
 */
public final class ClusterFacts {

    /**
     * What is to be published.
     *
     * @param fact null: the object is gone, or is not ours any more
     */
    public record Change(
            WatchedKind kind, String namespace, String name, @Nullable ClusterFact fact) {}

    private final Predicate<String> ownsNamespace;
    private final Map<String, Boolean> volumes = new HashMap<>();
    private final Map<String, VolumeAttachmentFact> attachments = new HashMap<>();
    private final Set<String> departedVolumes = new HashSet<>();

    public ClusterFacts(Predicate<String> ownsNamespace) {
        this.ownsNamespace = ownsNamespace;
    }

    /** What follows from an observation; empty if it is none of ours. */
    public List<Change> observed(
            WatchedKind kind, String namespace, String name, ClusterFact fact) {
        return switch (fact) {
            case PersistentVolumeFact volume -> volume(name, volume);
            case VolumeAttachmentFact attachment -> {
                attachments.put(name, attachment);
                yield List.of(attachment(name, attachment));
            }
            default ->
                    kind.resource().namespaced() && !ownsNamespace.test(namespace)
                            ? List.of()
                            : List.of(new Change(kind, namespace, name, fact));
        };
    }

    public List<Change> vanished(WatchedKind kind, String namespace, String name) {
        if (kind == WatchedKind.PERSISTENT_VOLUME) {
            // Its attachments stay ours: they still say where the volume may be open.
            departedVolumes.add(name);
            forgetIfUnattached(name);
        } else if (kind == WatchedKind.VOLUME_ATTACHMENT) {
            VolumeAttachmentFact gone = attachments.remove(name);
            if (gone != null) {
                forgetIfUnattached(gone.volume());
            }
        }
        return List.of(new Change(kind, namespace, name, null));
    }

    private void forgetIfUnattached(String volume) {
        if (departedVolumes.contains(volume)
                && attachments.values().stream().noneMatch(at -> at.volume().equals(volume))) {
            departedVolumes.remove(volume);
            volumes.remove(volume);
        }
    }

    private List<Change> volume(String name, PersistentVolumeFact volume) {
        boolean ours =
                volume.claimNamespace() != null && ownsNamespace.test(volume.claimNamespace());
        departedVolumes.remove(name);
        List<Change> changes = new ArrayList<>();
        changes.add(new Change(WatchedKind.PERSISTENT_VOLUME, "", name, ours ? volume : null));
        Boolean before = volumes.put(name, ours);
        if (before == null || before != ours) {
            attachments.forEach(
                    (attachmentName, attachment) -> {
                        if (attachment.volume().equals(name)) {
                            changes.add(attachment(attachmentName, attachment));
                        }
                    });
        }
        return changes;
    }

    private Change attachment(String name, VolumeAttachmentFact attachment) {
        boolean ours = volumes.getOrDefault(attachment.volume(), false);
        return new Change(WatchedKind.VOLUME_ATTACHMENT, "", name, ours ? attachment : null);
    }
}
