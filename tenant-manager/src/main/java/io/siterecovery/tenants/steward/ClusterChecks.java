package io.siterecovery.tenants.steward;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.platform.AddressRules;
import io.siterecovery.platform.AddressRules.Cidr;
import io.siterecovery.tenants.adapter.AgentsHeard;
import io.siterecovery.tenants.adapter.Inspection;
import io.siterecovery.tenants.adapter.Quorum;
import io.siterecovery.tenants.core.ClusterSeen;
import io.siterecovery.tenants.core.ClusterSeen.Answered;
import io.siterecovery.tenants.core.ClusterSeen.NotTried;
import io.siterecovery.tenants.core.Manifests;
import io.siterecovery.tenants.core.Preflight;
import io.siterecovery.tenants.core.Preflight.Finding;
import io.siterecovery.tenants.core.Role;
import io.siterecovery.tenants.core.Terms;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at the clusters of a deployment, only where the platform lets it.
 *
 * @param forbidden to all deployments
 */
public record ClusterChecks(
        Quorum quorum,
        Inspection inspection,
        AgentsHeard agents,
        List<Cidr> forbidden,
        Clock clock,
        Map<String, Map<Role, String>> seen) {

    public ClusterChecks(
            Quorum quorum,
            Inspection inspection,
            AgentsHeard agents,
            List<Cidr> forbidden,
            Clock clock) {
        this(quorum, inspection, agents, forbidden, clock, new ConcurrentHashMap<>());
    }

    /** What both clusters of a deployment have and allow now. */
    public Map<Role, List<Finding>> preflight(String deployment, JsonNode zone, Terms terms) {
        Map<Role, List<Finding>> findings = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            JsonNode site = zone.path("spec").path(role.word());
            ClusterSeen cluster =
                    quorum.secret(Manifests.namespaceOf(deployment), role.kubeconfigSecret())
                            .map(secret -> secret.getOrDefault("kubeconfig", ""))
                            .map(text -> of(site.path("name").asText(), text, terms))
                            .orElse(new NotTried("no Secret " + role.kubeconfigSecret()));
            remember(deployment, role, cluster);
            findings.put(role, judge(cluster, site, zone));
        }
        return findings;
    }

    /** What one cluster has and allows with a kubeconfig that is not in use yet. */
    public List<Finding> tryOut(JsonNode zone, Role role, String kubeconfig, Terms terms) {
        JsonNode site = zone.path("spec").path(role.word());
        return judge(of(site.path("name").asText(), kubeconfig, terms), site, zone);
    }

    /** Why a kubeconfig will not be used whatever its cluster says; empty if it may be tried. */
    public Optional<String> refusal(String kubeconfig, Terms terms) {
        return inspection.refusal(kubeconfig, rules(terms));
    }

    /** Which physical cluster a kubeconfig leads to; empty if that cannot be told now. */
    Optional<String> uid(String name, String kubeconfig, Terms terms) {
        return inspection.uid(name, kubeconfig, rules(terms));
    }

    Map<Role, String> sitesSeen(String deployment) {
        return seen.getOrDefault(deployment, Map.of());
    }

    private ClusterSeen of(String name, String kubeconfig, Terms terms) {
        ClusterSeen cluster = inspection.of(name, kubeconfig, rules(terms));
        return cluster instanceof Answered answered
                ? answered.with(agents.at(answered.siteId()))
                : cluster;
    }

    private void remember(String deployment, Role role, ClusterSeen cluster) {
        if (cluster instanceof Answered answered) {
            seen.computeIfAbsent(deployment, none -> new ConcurrentHashMap<>())
                    .put(role, answered.uid());
        }
    }

    private List<Finding> judge(ClusterSeen cluster, JsonNode site, JsonNode zone) {
        String expected = site.path("clusterId").asText("");
        return Preflight.judge(
                cluster,
                expected.isEmpty() ? null : expected,
                zone.path("spec").path("storageModel").asText("linstor"),
                clock.instant());
    }

    private AddressRules rules(Terms terms) {
        return new AddressRules(forbidden, terms.allowedCidrs().stream().map(Cidr::parse).toList());
    }
}
