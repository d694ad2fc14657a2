package io.siterecovery.events.cluster;

/**
 * That an object stands which VMs may refer to: a Secret, a ConfigMap, a network, an instance type.
 * What it says is nobody's business here.
 */
public record ConfigurationFact(ObjectMeta meta) implements ClusterFact {}
