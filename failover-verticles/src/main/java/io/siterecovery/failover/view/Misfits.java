package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.model.MalformedResource;
import io.siterecovery.model.ProtectionGroupSpec;
import io.siterecovery.model.ProtectionGroupSpec.Member;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * ProtectionGroups that are no group at all: nobody can tell which VMs are meant. They are told so;
 * nothing is done for them.
 */
public final class Misfits {

    /**
     * @param cluster empty for {@code dr-<d>}
     * @param why with the path of each fault
     */
    public record Misfit(
            Optional<ClusterId> cluster,
            String namespace,
            String name,
            CustomResourceFact object,
            String why) {}

    private final TenantView view;
    private final Tenant tenant;

    public Misfits(TenantView view, Tenant tenant) {
        this.view = view;
        this.tenant = tenant;
    }

    public List<Misfit> all() {
        List<Misfit> found = new ArrayList<>();
        for (String site : List.of(tenant.primary(), tenant.dr())) {
            for (String namespace : view.namespaces(site, ResourceKind.PROTECTION_GROUP)) {
                look(site, Optional.of(new ClusterId(site)), namespace, found);
            }
        }
        look(FactKey.QUORUM, Optional.empty(), tenant.namespace(), found);
        return found;
    }

    private void look(
            String cluster, Optional<ClusterId> site, String namespace, List<Misfit> found) {
        for (var entry :
                new TreeMap<String, ClusterFact>(
                                view.shelf(cluster, ResourceKind.PROTECTION_GROUP, namespace))
                        .entrySet()) {
            if (entry.getValue() instanceof CustomResourceFact object) {
                String why = fault(object, site.isEmpty() ? null : namespace, tenant);
                if (!why.isEmpty()) {
                    found.add(new Misfit(site, namespace, entry.getKey(), object, why));
                }
            }
        }
    }

    /**
     * What is wrong with an object, with the path of each fault; empty if nothing is.
     *
     * @param own namespace of the group's object on a workload cluster; null in {@code dr-<d>}
     */
    static String fault(CustomResourceFact object, @Nullable String own, Tenant tenant) {
        try {
            return fault(
                    ResourceJson.read("spec", object.spec(), ProtectionGroupSpec.class),
                    own,
                    tenant);
        } catch (MalformedResource malformed) {
            return String.valueOf(malformed.getMessage());
        }
    }

    static String fault(ProtectionGroupSpec spec, @Nullable String own, Tenant tenant) {
        List<String> faults = new ArrayList<>();
        List<Member> members = spec.virtualMachines();
        if (members.isEmpty()) {
            faults.add("spec.virtualMachines: names no VM");
        }
        String first = own;
        for (int i = 0; i < members.size(); i++) {
            String path = "spec.virtualMachines[" + i + "].namespace: ";
            String namespace = members.get(i).namespace();
            if (namespace == null && own == null) {
                faults.add(
                        path + "is missing; in " + tenant.namespace() + " every VM names its own");
            } else if (namespace != null && first != null && !namespace.equals(first)) {
                faults.add(
                        path + "is " + namespace + ", but all VMs of a group are in one: " + first);
            } else if (namespace != null && !tenant.ownsNamespace(namespace)) {
                faults.add(path + namespace + " does not belong to this deployment");
            }
            first = first == null ? namespace : first;
        }
        return String.join("; ", faults);
    }
}
