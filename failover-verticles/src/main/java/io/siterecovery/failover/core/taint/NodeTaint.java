package io.siterecovery.failover.core.taint;

/**
 * A taint of DRBD's agents on a node.
 *
 * @param key without its effect: all effects of a key come and go together
 */
public record NodeTaint(String node, String key) {

    @Override
    public String toString() {
        return key + " on " + node;
    }
}
