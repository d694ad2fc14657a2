package io.siterecovery.watchers.core;

import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The kinds that become facts, and how. Where we never write with the version that the fact shows
 * (status of these changes all the time), the fact carries no version, so that it is published
 * again only when something that matters changed.
 */
@SuppressWarnings("ImmutableEnumChecker") // a record of texts, in a module without the annotation
public enum WatchedKind {
    VIRTUAL_MACHINE(ResourceKind.VIRTUAL_MACHINE, Where.WORKLOAD, true),
    VIRTUAL_MACHINE_INSTANCE(ResourceKind.VIRTUAL_MACHINE_INSTANCE, Where.WORKLOAD, false),
    LAUNCHER_POD(ResourceKind.POD, Where.WORKLOAD, false),
    PERSISTENT_VOLUME_CLAIM(ResourceKind.PERSISTENT_VOLUME_CLAIM, Where.WORKLOAD, true),
    PERSISTENT_VOLUME(ResourceKind.PERSISTENT_VOLUME, Where.WORKLOAD, true),
    STORAGE_CLASS(ResourceKind.STORAGE_CLASS, Where.WORKLOAD, true),
    NODE(ResourceKind.NODE, Where.WORKLOAD, false),
    VOLUME_ATTACHMENT(ResourceKind.VOLUME_ATTACHMENT, Where.WORKLOAD, false),
    FENCE(ResourceKind.CONFIG_MAP, Where.WORKLOAD, true),
    SECRET(ResourceKind.SECRET),
    CONFIG_MAP(ResourceKind.CONFIG_MAP),
    SERVICE_ACCOUNT(ResourceKind.SERVICE_ACCOUNT),
    NETWORK_ATTACHMENT(ResourceKind.NETWORK_ATTACHMENT),
    INSTANCETYPE(ResourceKind.INSTANCETYPE),
    CLUSTER_INSTANCETYPE(ResourceKind.CLUSTER_INSTANCETYPE),
    PREFERENCE(ResourceKind.PREFERENCE),
    CLUSTER_PREFERENCE(ResourceKind.CLUSTER_PREFERENCE),
    CONTROLLER_REVISION(ResourceKind.CONTROLLER_REVISION),
    PROTECTION_GROUP(ResourceKind.PROTECTION_GROUP, Where.BOTH, true),
    FAILOVER(ResourceKind.FAILOVER, Where.BOTH, true),
    ALIAS_PROTECTION_GROUP(ResourceKind.ALIAS_PROTECTION_GROUP, Where.BOTH, true),
    ALIAS_FAILOVER(ResourceKind.ALIAS_FAILOVER, Where.BOTH, true),
    GROUP_OWNERSHIP(ResourceKind.GROUP_OWNERSHIP, Where.QUORUM, true),
    PROTECTION_ZONE(ResourceKind.PROTECTION_ZONE, Where.QUORUM, true);

    private enum Where {
        WORKLOAD,
        QUORUM,
        BOTH
    }

    private final ResourceKind resource;
    private final Where where;
    private final boolean versioned;
    private final boolean configuration;

    /** What VMs refer to: that it is there, and changes. */
    WatchedKind(ResourceKind resource) {
        this(resource, Where.WORKLOAD, true, true);
    }

    WatchedKind(ResourceKind resource, Where where, boolean versioned) {
        this(resource, where, versioned, false);
    }

    WatchedKind(ResourceKind resource, Where where, boolean versioned, boolean configuration) {
        this.resource = resource;
        this.where = where;
        this.versioned = versioned;
        this.configuration = configuration;
    }

    public ResourceKind resource() {
        return resource;
    }

    /** Whether facts of this kind carry the object's resourceVersion. */
    public boolean versioned() {
        return versioned;
    }

    /** Whether it is only looked at from outside, and nothing is proven by its absence. */
    public boolean isConfiguration() {
        return configuration;
    }

    /** Whether an object of the resource is this kind's to tell of. */
    public boolean covers(String name) {
        return switch (this) {
            case FENCE -> name.equals(ApiGroups.FENCE);
            case CONFIG_MAP -> !name.equals(ApiGroups.FENCE);
            default -> true;
        };
    }

    public static List<WatchedKind> ofWorkloadCluster() {
        return except(Where.QUORUM);
    }

    public static List<WatchedKind> ofQuorumCluster() {
        return except(Where.WORKLOAD);
    }

    private static List<WatchedKind> except(Where other) {
        List<WatchedKind> kinds = new ArrayList<>(Arrays.asList(values()));
        kinds.removeIf(kind -> kind.where == other);
        return List.copyOf(kinds);
    }
}
