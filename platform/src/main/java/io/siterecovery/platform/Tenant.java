package io.siterecovery.platform;

import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.model.ProtectionZoneSpec;
import java.util.List;
import java.util.Optional;

/**
 * A deployment: one primary and one DR cluster, and the namespace {@code dr-<name>} on the quorum
 * cluster. Called tenant in code, since Kubernetes owns the word Deployment.
 */
public record Tenant(String name, String namespace, ProtectionZoneSpec zone, Granted granted) {

    public Tenant(String name, String namespace, ProtectionZoneSpec zone) {
        this(name, namespace, zone, Granted.WITHOUT_LIMITS);
    }

    /** The canonical name of the primary cluster. */
    public String primary() {
        return zone.primary().name();
    }

    /** The canonical name of the DR cluster. */
    public String dr() {
        return zone.dr().name();
    }

    /**
     * The canonical name of the workload cluster that is meant by a name, an alias or one of {@code
     * primary}, {@code dr}, {@code primary-cluster}, {@code dr-cluster}. A cluster's own name wins
     * over an alias, an alias over the generic words.
     */
    public Optional<String> siteOf(String clusterNameOrAlias) {
        if (clusterNameOrAlias.equals(primary())) {
            return Optional.of(primary());
        }
        if (clusterNameOrAlias.equals(dr())) {
            return Optional.of(dr());
        }
        if (aliases(zone.primary()).contains(clusterNameOrAlias)) {
            return Optional.of(primary());
        }
        if (aliases(zone.dr()).contains(clusterNameOrAlias)) {
            return Optional.of(dr());
        }
        return switch (clusterNameOrAlias) {
            case "primary", "primary-cluster" -> Optional.of(primary());
            case "dr", "dr-cluster" -> Optional.of(dr());
            default -> Optional.empty();
        };
    }

    /** Whether a namespace of the workload clusters is this tenant's; all are if none is listed. */
    public boolean ownsNamespace(String workloadNamespace) {
        List<String> listed = zone.namespaces();
        return listed == null || listed.contains(workloadNamespace);
    }

    /** Why this zone cannot be a tenant: what is wrong, by name; empty if nothing is. */
    public Optional<String> fault() {
        if (primary().equals(dr())) {
            return Optional.of("primary and dr are the same cluster, " + dr());
        }
        for (String site : List.of(primary(), dr())) {
            if (site.isEmpty() || site.contains("/")) {
                return Optional.of("not a cluster name: \"" + site + "\"");
            }
            if (site.equals(FactKey.QUORUM)) {
                return Optional.of("the name " + site + " is the quorum cluster's");
            }
        }
        return Optional.empty();
    }

    private static List<String> aliases(ProtectionZoneSpec.Site site) {
        List<String> aliases = site.aliases();
        return aliases == null ? List.of() : aliases;
    }
}
