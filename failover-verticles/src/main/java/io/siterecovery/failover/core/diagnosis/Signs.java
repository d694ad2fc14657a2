package io.siterecovery.failover.core.diagnosis;

import io.siterecovery.failover.core.ownership.ClusterId;
import java.time.Instant;
import java.util.Optional;

/**
 * What was last seen of a site, by each of three who look at it in different ways.
 *
 * @param api when its API began to answer, or to be silent
 * @param agents when its agents were last heard
 * @param links what the other site's DRBD says of its connections to this one
 */
public record Signs(ClusterId site, Api api, Optional<Instant> agents, Links links) {

    public record Api(boolean answers, Instant since) {}

    /** DRBD's connections to the site, as the other site's agents tell them. */
    public sealed interface Links {
        /**
         * Nobody tells: the other site's agents are silent, or there is no connection to speak of.
         */
        record Unknown() implements Links {}

        /**
         * At least one is Connected.
         *
         * @param primary whether a peer over there is Primary: its VMs are writing
         */
        record Connected(boolean primary) implements Links {}

        record Cut(Instant since) implements Links {}
    }
}
