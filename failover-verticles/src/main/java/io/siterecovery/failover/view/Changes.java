package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.ConfigurationFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.LauncherPodFact;
import io.siterecovery.events.cluster.NodeFact;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.cluster.StorageClassFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.model.ResourceKind;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells whom a fact concerns: as few as is sure, since a storm of facts about one group must not
 * make all others look. What nobody knows the meaning of concerns everybody.
 */
final class Changes {

    private static final Change EVERYTHING = new Change.Everything();

    private final Disks disks;

    Changes(Disks disks) {
        this.disks = disks;
    }

    /** Of two facts on one object that differ; one of them may be missing. */
    Change of(FactKey key, @Nullable ClusterFact before, @Nullable ClusterFact after) {
        ClusterFact subject = after == null ? Objects.requireNonNull(before) : after;
        return switch (subject) {
            case VirtualMachineFact _ -> new Change.Machines(key.namespace(), Set.of(key.name()));
            case VirtualMachineInstanceFact _ -> guest(key, before, after);
            case LauncherPodFact pod -> new Change.Running(key.namespace(), Set.of(pod.vm()));
            case PersistentVolumeClaimFact _ ->
                    new Change.Machines(key.namespace(), disks.users(key.namespace(), key.name()));
            case PersistentVolumeFact _ -> disks.volume(key.cluster(), key.name());
            case VolumeAttachmentFact at -> running(disks.volume(key.cluster(), at.volume()));
            case FenceFact _ -> fence(key, before, after);
            case ConfigurationFact _ -> disks.needing(key);
            case CustomResourceFact _ -> resource(key, before, after);
            case NodeFact _, StorageClassFact _, ReachabilityFact _ -> EVERYTHING;
        };
    }

    /** The same VMs, of which nothing changed but how they run. */
    static Change running(Change change) {
        return change instanceof Change.Machines(var namespace, var vms)
                ? new Change.Running(namespace, vms)
                : change;
    }

    /** A guest's addresses are part of what defines it elsewhere. */
    private static Change guest(
            FactKey key, @Nullable ClusterFact before, @Nullable ClusterFact after) {
        Change running = new Change.Running(key.namespace(), Set.of(key.name()));
        return addresses(before).equals(addresses(after))
                ? running
                : new Change.Machines(key.namespace(), Set.of(key.name()));
    }

    private static Map<String, String> addresses(@Nullable ClusterFact guest) {
        return guest instanceof VirtualMachineInstanceFact fact && fact.macs() != null
                ? fact.macs()
                : Map.of();
    }

    private static Change fence(
            FactKey key, @Nullable ClusterFact before, @Nullable ClusterFact after) {
        if (!(before instanceof FenceFact was) || !(after instanceof FenceFact is)) {
            return new Change.Namespace(key.namespace());
        }
        Set<String> vms = new HashSet<>(was.claims().keySet());
        vms.addAll(is.claims().keySet());
        vms.removeIf(vm -> Objects.equals(was.claims().get(vm), is.claims().get(vm)));
        return new Change.Machines(key.namespace(), vms);
    }

    private static Change resource(
            FactKey key, @Nullable ClusterFact before, @Nullable ClusterFact after) {
        CustomResourceFact was = before instanceof CustomResourceFact f ? f : null;
        CustomResourceFact is = after instanceof CustomResourceFact f ? f : null;
        boolean hub = key.cluster().equals(FactKey.QUORUM);
        if (is(key, ResourceKind.GROUP_OWNERSHIP)) {
            return ownership(was, is);
        }
        if (is(key, ResourceKind.PROTECTION_GROUP)) {
            return sameWish(was, is)
                    ? group(key, Objects.requireNonNull(is))
                    : hub ? EVERYTHING : wish(key, was, is);
        }
        if (is(key, ResourceKind.FAILOVER) && hub) {
            return new Change.Operation(key.name(), operatedOn(is).or(() -> operatedOn(was)));
        }
        return hub ? EVERYTHING : new Change.Edge();
    }

    private static Change ownership(
            @Nullable CustomResourceFact was, @Nullable CustomResourceFact is) {
        CustomResourceFact any = is == null ? Objects.requireNonNull(was) : is;
        String namespace = any.spec().path("namespace").asText();
        return was == null || is == null
                ? new Change.Namespace(namespace)
                : new Change.Group(new GroupId(namespace, any.spec().path("group").asText()));
    }

    private static Change wish(
            FactKey key, @Nullable CustomResourceFact was, @Nullable CustomResourceFact is) {
        Set<String> vms = new HashSet<>();
        for (CustomResourceFact fact : new CustomResourceFact[] {was, is}) {
            if (fact != null) {
                fact.spec()
                        .path("virtualMachines")
                        .forEach(member -> vms.add(member.path("name").asText()));
            }
        }
        return new Change.Wish(new GroupId(key.namespace(), key.name()), vms);
    }

    private static boolean sameWish(
            @Nullable CustomResourceFact was, @Nullable CustomResourceFact is) {
        return was != null
                && is != null
                && was.meta().uid().equals(is.meta().uid())
                && was.spec().equals(is.spec())
                && was.meta().annotations().equals(is.meta().annotations());
    }

    /** In {@code dr-<d>} it lives where its VMs do. */
    private static Change group(FactKey key, CustomResourceFact is) {
        if (!key.cluster().equals(FactKey.QUORUM)) {
            return new Change.Group(new GroupId(key.namespace(), key.name()));
        }
        String namespace = is.spec().at("/virtualMachines/0/namespace").asText();
        return namespace.isEmpty()
                ? EVERYTHING
                : new Change.Group(new GroupId(namespace, key.name()));
    }

    private static Optional<GroupId> operatedOn(@Nullable CustomResourceFact failover) {
        return Optional.ofNullable(failover)
                .map(f -> f.status().at("/operation/group").asText())
                .filter(text -> text.contains("/"))
                .map(GroupId::parse);
    }

    private static boolean is(FactKey key, ResourceKind kind) {
        return key.kind().equals(kind.qualified());
    }

    /** Which VMs use which disks, on whatever cluster. */
    interface Disks {

        /** VMs with a claim among their disks. */
        Set<String> users(String namespace, String claim);

        /** Whom an object concerns that VMs refer to. */
        Change needing(FactKey key);

        /** Whom a volume concerns. */
        Change volume(String cluster, String volume);
    }
}
