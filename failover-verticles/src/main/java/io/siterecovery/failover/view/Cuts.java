package io.siterecovery.failover.view;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.RoutedDrbdState;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Since when DRBD's connections have been cut. Of a primary without its peer new figures come every
 * few seconds: they do not make the cut any younger.
 */
final class Cuts {

    private record Node(String cluster, String node, String resource) {}

    private record Said(String incarnation, Map<String, Instant> since) {}

    private final Map<Node, Said> last = new HashMap<>();

    void said(RoutedDrbdState now) {
        String incarnation = now.state().incarnation();
        // What came between two streams nobody has told.
        Map<String, Instant> before =
                Optional.ofNullable(last.get(node(now)))
                        .filter(said -> said.incarnation().equals(incarnation))
                        .map(Said::since)
                        .orElse(Map.of());
        Map<String, Instant> since = new HashMap<>();
        for (Peer peer : now.state().peers()) {
            if (!peer.connection().is(ConnectionState.CONNECTED)) {
                since.put(peer.name(), before.getOrDefault(peer.name(), now.appendedAt()));
            }
        }
        last.put(node(now), new Said(incarnation, since));
    }

    void gone(String cluster, String node, String resource) {
        last.remove(new Node(cluster, node, resource));
    }

    /** By what was said last; empty while it is connected. */
    Optional<Instant> since(RoutedDrbdState said, Peer peer) {
        return Optional.ofNullable(last.get(node(said))).map(s -> s.since().get(peer.name()));
    }

    private static Node node(RoutedDrbdState said) {
        return new Node(said.cluster(), said.state().node(), said.state().resource());
    }
}
