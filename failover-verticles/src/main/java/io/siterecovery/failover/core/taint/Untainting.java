package io.siterecovery.failover.core.taint;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What one failover does about DRBD's taints. It is stored before anything of it is done: no taint
 * goes without a record, and nobody is passed over without being named.
 *
 * @param until TAINT_REMOVAL_WINDOW ends: from here on it is left to others
 * @param removed taints that are taken off, as {@code <key> on <node>}
 * @param despite groups of this deployment that are passed over by {@code force}, as {@code
 *     <namespace>/<name>}
 * @param waitsFor what is waited for first; empty when nothing is
 */
public record Untainting(
        Instant until, List<String> removed, List<String> despite, String waitsFor) {

    public Untainting {
        removed = List.copyOf(removed);
        despite = List.copyOf(despite);
    }

    public static Untainting until(Instant end) {
        return new Untainting(end, List.of(), List.of(), "");
    }

    public boolean covers(NodeTaint taint) {
        return removed.contains(taint.toString());
    }

    public Set<String> passedOver() {
        return Set.copyOf(despite);
    }
}
