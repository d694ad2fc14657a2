package io.siterecovery.events.cluster;

import java.util.Map;

/**
 * The ConfigMap {@code site-recovery-fence} of a namespace.
 *
 * @param claims VM name to the claim that fences it
 */
public record FenceFact(ObjectMeta meta, Map<String, String> claims) implements ClusterFact {

    public FenceFact {
        claims = Map.copyOf(claims);
    }
}
