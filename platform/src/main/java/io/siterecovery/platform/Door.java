package io.siterecovery.platform;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One party's way through the gate of the cluster that it calls; its own until that is known. */
final class Door {

    private final Gates gates;
    private final String who;
    private volatile Gate gate = new Gate();

    /**
     * @param who shares the cluster with others
     */
    Door(Gates gates, String who) {
        this.gates = gates;
        this.who = who;
    }

    /** It is known now which cluster is behind it; what waits keeps its place where it is. */
    void leadsTo(String site) {
        gate = gates.of(site);
    }

    <T> CompletableFuture<T> pass(Urgency urgency, Supplier<CompletableFuture<T>> call) {
        return gate.pass(who, urgency, call);
    }
}
