package io.siterecovery.tenants.core;

import io.siterecovery.model.ApiGroups;
import io.siterecovery.tenants.core.ClusterSeen.Agent;
import io.siterecovery.tenants.core.ClusterSeen.Answered;
import io.siterecovery.tenants.core.ClusterSeen.NotTried;
import io.siterecovery.tenants.core.ClusterSeen.Silent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a cluster has and allows what a deployment needs of it. */
public final class Preflight {

    private static final int LEAST_MINOR = 28;
    private static final Duration MOST_SKEW = Duration.ofSeconds(5);
    private static final Duration AGENT_FRESH = Duration.ofSeconds(10);
    private static final int SHOWN = 5;
    private static final Pattern VERSION = Pattern.compile("v?(\\d{1,4})\\.(\\d{1,4}).*");
    private static final String LINSTOR = "linstor.csi.linbit.com";

    /** In the order in which they are shown. */
    public enum Check {
        KUBECONFIG,
        REACHABLE,
        CLUSTER,
        VERSION,
        RIGHTS,
        VIRTUALIZATION,
        STORAGE,
        DEFINITIONS,
        AGENTS,
        CLOCK;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether another kubeconfig could be the cure. */
        public boolean isAboutCredential() {
            return switch (this) {
                case KUBECONFIG, REACHABLE, CLUSTER, RIGHTS -> true;
                case VERSION, VIRTUALIZATION, STORAGE, DEFINITIONS, AGENTS, CLOCK -> false;
            };
        }
    }

    public enum Outcome {
        OK,
        WARNING,
        FAILED,
        UNKNOWN;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param message what was seen, and what to do unless it is well
     */
    public record Finding(Check check, Outcome outcome, String message) {}

    /**
     * @param expectedSite where the deployment's zone says that this is; null if it does not
     */
    public static List<Finding> judge(
            ClusterSeen seen, @Nullable String expectedSite, String storageModel, Instant now) {
        return switch (seen) {
            case NotTried(String why) -> List.of(failed(Check.KUBECONFIG, why));
            case Silent(String why) ->
                    List.of(ok(Check.KUBECONFIG, "accepted"), failed(Check.REACHABLE, why));
            case Answered answered -> judge(answered, expectedSite, storageModel, now);
        };
    }

    /** Warnings do not keep a deployment from becoming Active, nor does what nobody can tell. */
    public static boolean passed(List<Finding> findings) {
        return findings.stream().noneMatch(finding -> finding.outcome() == Outcome.FAILED);
    }

    /** What failed, in a sentence. */
    public static String summary(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.outcome() == Outcome.FAILED)
                .map(finding -> finding.check().word() + ": " + finding.message())
                .collect(Collectors.joining("; "));
    }

    private static List<Finding> judge(
            Answered seen, @Nullable String expectedSite, String storageModel, Instant now) {
        List<Finding> findings = new ArrayList<>();
        findings.add(ok(Check.KUBECONFIG, "accepted"));
        findings.add(ok(Check.REACHABLE, "answers"));
        findings.add(cluster(seen.siteId(), expectedSite));
        findings.add(version(seen.version()));
        findings.add(rights(seen.denied()));
        findings.add(virtualization(seen.groups()));
        findings.add(storage(seen, storageModel));
        findings.add(definitions(seen.resources()));
        findings.add(agents(seen.agents(), now));
        findings.add(clock(seen));
        return List.copyOf(findings);
    }

    private static Finding cluster(String site, @Nullable String expected) {
        return expected == null || expected.startsWith(site)
                ? ok(Check.CLUSTER, "site-" + site)
                : failed(
                        Check.CLUSTER,
                        "this is site-" + site + ", not the cluster that the zone names");
    }

    private static Finding version(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return new Finding(Check.VERSION, Outcome.UNKNOWN, "it does not tell its version");
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        String shown = major + "." + minor;
        return major > 1 || minor >= LEAST_MINOR
                ? ok(Check.VERSION, "Kubernetes " + shown)
                : failed(
                        Check.VERSION,
                        "Kubernetes " + shown + "; 1." + LEAST_MINOR + " or later is needed");
    }

    private static Finding rights(List<NeededRight> denied) {
        if (denied.isEmpty()) {
            return ok(Check.RIGHTS, "everything in rbac-workload.yaml is allowed");
        }
        String some =
                denied.stream()
                        .limit(SHOWN)
                        .map(NeededRight::toString)
                        .collect(Collectors.joining(", "));
        String more = denied.size() > SHOWN ? " and " + (denied.size() - SHOWN) + " more" : "";
        boolean secretsOnly = denied.stream().allMatch(right -> right.resource().equals("secrets"));
        return secretsOnly
                ? new Finding(
                        Check.RIGHTS,
                        Outcome.WARNING,
                        "not allowed: " + some + more + "; Secrets of VMs will not be copied")
                : failed(
                        Check.RIGHTS, "not allowed: " + some + more + "; apply rbac-workload.yaml");
    }

    private static Finding virtualization(Set<String> groups) {
        boolean kubevirt = groups.contains("kubevirt.io");
        boolean openshift =
                groups.contains("hco.kubevirt.io") && groups.contains("config.openshift.io");
        if (openshift) {
            return ok(Check.VIRTUALIZATION, "OpenShift Virtualization");
        }
        return kubevirt
                ? ok(Check.VIRTUALIZATION, "KubeVirt")
                : failed(Check.VIRTUALIZATION, "KubeVirt is not installed");
    }

    private static Finding storage(Answered seen, String declared) {
        boolean linstor = seen.provisioners().contains(LINSTOR);
        boolean operator = seen.groups().contains("drbd.io");
        boolean found = declared.equals("drbd-operator") ? operator : linstor;
        if (found) {
            return ok(Check.STORAGE, declared);
        }
        Set<String> others = new TreeSet<>();
        if (linstor) {
            others.add("linstor");
        }
        if (operator) {
            others.add("drbd-operator");
        }
        return failed(
                Check.STORAGE,
                declared
                        + " is declared and was not found"
                        + (others.isEmpty() ? "" : "; found: " + String.join(", ", others)));
    }

    private static Finding definitions(Set<String> resources) {
        List<String> missing =
                List.of("protectiongroups", "failovers").stream()
                        .map(plural -> plural + "." + ApiGroups.CANONICAL)
                        .filter(name -> !resources.contains(name))
                        .toList();
        return missing.isEmpty()
                ? ok(Check.DEFINITIONS, "our custom resources are installed")
                : failed(
                        Check.DEFINITIONS,
                        "missing: " + String.join(", ", missing) + "; apply the CRDs");
    }

    private static Finding agents(List<Agent> agents, Instant now) {
        List<String> fresh =
                agents.stream()
                        .filter(agent -> agent.heard().plus(AGENT_FRESH).isAfter(now))
                        .map(Agent::node)
                        .sorted()
                        .toList();
        if (fresh.isEmpty()) {
            return failed(
                    Check.AGENTS,
                    agents.isEmpty()
                            ? "no node agent was ever heard; install drbd-agent on the nodes"
                            : "no node agent was heard in the last "
                                    + AGENT_FRESH.toSeconds()
                                    + " s");
        }
        Set<String> versions =
                agents.stream().map(Agent::drbd).collect(Collectors.toCollection(TreeSet::new));
        String shown = fresh.size() + " heard; DRBD " + String.join(", ", versions);
        return fresh.size() < agents.size() || versions.size() > 1
                ? new Finding(
                        Check.AGENTS,
                        Outcome.WARNING,
                        shown + "; silent: " + (agents.size() - fresh.size()))
                : ok(Check.AGENTS, shown);
    }

    private static Finding clock(Answered seen) {
        if (seen.clockAhead().isEmpty()) {
            return new Finding(Check.CLOCK, Outcome.UNKNOWN, "it does not tell the time");
        }
        Duration ahead = seen.clockAhead().get();
        return ahead.abs().compareTo(MOST_SKEW) <= 0
                ? ok(Check.CLOCK, "within " + MOST_SKEW.toSeconds() + " s of ours")
                : new Finding(
                        Check.CLOCK,
                        Outcome.WARNING,
                        Math.abs(ahead.toSeconds())
                                + " s "
                                + (ahead.isNegative() ? "behind" : "ahead of")
                                + " ours; times that people see will not agree");
    }

    private static Finding ok(Check check, String message) {
        return new Finding(check, Outcome.OK, message);
    }

    private static Finding failed(Check check, String message) {
        return new Finding(check, Outcome.FAILED, message);
    }

    private Preflight() {}
}
