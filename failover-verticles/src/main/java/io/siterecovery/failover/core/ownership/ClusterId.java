package io.siterecovery.failover.core.ownership;

/** A workload cluster, by its name in the deployment. */
public record ClusterId(String name) {

    @Override
    public String toString() {
        return name;
    }
}
