package io.siterecovery.events.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * One of our own custom resources (or an alias of one), whose shape its CRD publishes.
 *
 * @param spec as stored; an empty object if absent
 * @param status as stored; an empty object if absent
 */
public record CustomResourceFact(
        ObjectMeta meta, List<String> finalizers, JsonNode spec, JsonNode status)
        implements ClusterFact {

    public CustomResourceFact {
        finalizers = List.copyOf(finalizers);
    }
}
