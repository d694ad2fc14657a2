package io.siterecovery.failover.core.diagnosis;

/** What is wrong with a site, in a word. */
public enum Verdict {
    HEALTHY("Healthy"),
    /** Its API is silent, but its VMs are alive and writing. */
    API_ONLY_DOWN("ApiOnlyDown"),
    /** Both sites answer, and replication between them is cut. */
    LINK_DOWN("LinkDown"),
    /** Its API, its agents and every connection to it are silent. */
    SITE_DOWN("SiteDown"),
    AGENTS_DOWN("AgentsDown"),
    UNKNOWN("Unknown");

    private final String word;

    Verdict(String word) {
        this.word = word;
    }

    /** As in the status of a ProtectionZone. */
    public String word() {
        return word;
    }
}
