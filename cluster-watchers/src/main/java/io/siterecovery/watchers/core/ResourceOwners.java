package io.siterecovery.watchers.core;

import io.siterecovery.events.cluster.PersistentVolumeFact;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which DRBD resources are the tenant's: those that a PersistentVolume of the tenant, on either
 * cluster, names in its volume handle.
 */
public final class ResourceOwners {

    private static final String LINSTOR = "linstor.csi.linbit.com";

    private final Map<String, String> resourceOfVolume = new HashMap<>();
    private final Map<String, Integer> volumesOfResource = new HashMap<>();

    /**
     * Takes a volume's latest fact.
     *
     * @param key of the volume, its cluster included
     * @param fact null: gone
     * @return the resources that became the tenant's or ceased to be
     */
    public Set<String> put(String key, @Nullable PersistentVolumeFact fact) {
        String now = fact == null ? null : resource(fact).orElse(null);
        String before = now == null ? resourceOfVolume.remove(key) : resourceOfVolume.put(key, now);
        Set<String> changed = new TreeSet<>();
        if (Objects.equals(before, now)) {
            return changed;
        }
        if (before != null && volumesOfResource.merge(before, -1, Integer::sum) == 0) {
            volumesOfResource.remove(before);
            changed.add(before);
        }
        if (now != null && volumesOfResource.merge(now, 1, Integer::sum) == 1) {
            changed.add(now);
        }
        return changed;
    }

    public boolean owns(String resource) {
        return volumesOfResource.containsKey(resource);
    }

    /** The DRBD resource of a volume: the part of the CSI handle before the first slash. */
    static Optional<String> resource(PersistentVolumeFact volume) {
        String handle = volume.volumeHandle();
        if (handle == null || !LINSTOR.equals(volume.driver())) {
            return Optional.empty();
        }
        int slash = handle.indexOf('/');
        return Optional.of(slash < 0 ? handle : handle.substring(0, slash))
                .filter(resource -> !resource.isEmpty());
    }
}
