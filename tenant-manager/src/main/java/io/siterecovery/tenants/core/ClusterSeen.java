package io.siterecovery.tenants.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What one of a deployment's clusters answered when it was asked for everything that is needed. */
public sealed interface ClusterSeen {

    /**
     * The kubeconfig is not accepted, or leads to where no deployment may.
     *
     * @param why names keys and limits, never values
     */
    record NotTried(String why) implements ClusterSeen {}

    /** Nothing of what a remote server says is passed on but its kind of failure. */
    record Silent(String why) implements ClusterSeen {}

    /**
     * @param uid of its namespace kube-system
     * @param version as in 1.34
     * @param groups API groups that it serves
     * @param resources {@code plural.group} of our own groups
     * @param denied what we may not do there
     * @param provisioners of its storage classes
     * @param clockAhead of ours; empty if it did not tell the time
     * @param agents when each node's agent was last heard, and its DRBD version
     */
    record Answered(
            String uid,
            String version,
            Set<String> groups,
            Set<String> resources,
            List<NeededRight> denied,
            Set<String> provisioners,
            Optional<Duration> clockAhead,
            List<Agent> agents)
            implements ClusterSeen {

        private static final int SITE_ID_LENGTH = 12;

        public String siteId() {
            return uid.substring(0, Math.min(SITE_ID_LENGTH, uid.length()));
        }

        public Answered with(List<Agent> heard) {
            return new Answered(
                    uid, version, groups, resources, denied, provisioners, clockAhead, heard);
        }
    }

    record Agent(String node, Instant heard, String drbd) {}
}
