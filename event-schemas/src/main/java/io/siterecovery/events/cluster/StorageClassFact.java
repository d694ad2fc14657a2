package io.siterecovery.events.cluster;

import java.util.Map;

/** A StorageClass with its parameters as written. */
public record StorageClassFact(ObjectMeta meta, String provisioner, Map<String, String> parameters)
        implements ClusterFact {

    public StorageClassFact {
        parameters = Map.copyOf(parameters);
    }
}
