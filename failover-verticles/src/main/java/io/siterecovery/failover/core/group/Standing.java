package io.siterecovery.failover.core.group;

import java.util.Optional;

/**
 * What the deployment as a whole holds against a group, in words for people. Never against what
 * runs already, and never against an emergency.
 *
 * @param refusesMoves why no planned failover is taken on
 * @param refusesClaim why a group that nobody holds yet is not taken on
 */
public record Standing(Optional<String> refusesMoves, Optional<String> refusesClaim) {

    public static final Standing GOOD = new Standing(Optional.empty(), Optional.empty());
}
