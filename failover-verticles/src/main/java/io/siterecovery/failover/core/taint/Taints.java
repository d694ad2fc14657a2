package io.siterecovery.failover.core.taint;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * DRBD's taints that keep a group's VMs from one site, as seen, and the last answer to whom their
 * removal would touch.
 *
 * @param inTheWay of nodes that carry the group's volumes; empty where they are to be tolerated
 * @param asked empty until the site's API server was asked, and when it did not answer
 */
public record Taints(List<NodeTaint> inTheWay, Optional<Asked> asked) {

    public static final Taints NONE = new Taints(List.of(), Optional.empty());

    /** What the site's API server answered. */
    public record Asked(Instant at, Bystanders whom) {}

    public Taints {
        inTheWay = List.copyOf(inTheWay);
    }

    public static Taints seen(List<NodeTaint> inTheWay) {
        return inTheWay.isEmpty() ? NONE : new Taints(inTheWay, Optional.empty());
    }

    public boolean isEmpty() {
        return inTheWay.isEmpty();
    }

    public Taints answered(Optional<Asked> answer) {
        return new Taints(inTheWay, answer);
    }

    public String described() {
        return described(inTheWay);
    }

    static String described(List<NodeTaint> taints) {
        return taints.stream().map(NodeTaint::toString).collect(Collectors.joining(", "));
    }
}
