package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides how long a node that has just started stays closed to new pods.
 *
 * <p>It opens when every resource is Connected, or after a time limit with a warning. It does not
 * open while a resource that was Primary here has met none of its peers since: that peer may be the
 * one in use now, and DRBD alone could not keep a second one from being opened.
 */
public final class NodeReadiness {

    /** How long nothing may appear before what is there passes for all there is. */
    static final Duration SETTLED = Duration.ofSeconds(10);

    /**
     * What should be so at the node.
     *
     * @param closed whether the taint is there
     * @param primaries what the node's annotation remembers; absent while that is not known
     * @param warning to be published now
     */
    public record Wish(
            boolean closed, Optional<Set<String>> primaries, Optional<Warning> warning) {}

    /**
     * @param stays whether the node stays closed
     * @param reasons by resource
     */
    public record Warning(boolean stays, Map<String, String> reasons) {
        public Warning {
            reasons = new TreeMap<>(reasons);
        }
    }

    private final Instant started;
    private final Duration limit;
    private final Set<String> met = new TreeSet<>();
    private final Set<String> released = new TreeSet<>();
    private @Nullable Set<String> remembered;
    private @Nullable Set<String> expected;
    private Set<String> primaries = Set.of();
    private Map<String, String> unconnected = Map.of();
    private Set<String> present = Set.of();
    private Set<String> withoutPeers = Set.of();
    private Instant appeared;
    private boolean complete;
    private boolean open;
    private boolean warnedOfStaying;

    public NodeReadiness(Instant started, Duration limit) {
        this.started = started;
        this.limit = limit;
        this.appeared = started;
    }

    /**
     * The node's annotations were read.
     *
     * @param primaryBefore what was remembered when the agent started; only the first call counts
     * @param releasedByHand what the hub or a human let go since the agent started
     */
    public void nodeRead(Set<String> primaryBefore, Set<String> releasedByHand) {
        if (remembered == null) {
            remembered = new TreeSet<>(primaryBefore);
        }
        released.addAll(releasedByHand);
    }

    /** An earlier life of the agent knew these resources. */
    public void expect(Set<String> resources) {
        expected = new TreeSet<>(resources);
    }

    /**
     * @param told whether the stream has told everything that exists
     */
    public void look(boolean told, Collection<DrbdResourceState> states, Instant now) {
        complete = told;
        Set<String> primary = new TreeSet<>();
        Map<String, String> missing = new TreeMap<>();
        Set<String> names = new TreeSet<>();
        Set<String> lonely = new TreeSet<>();
        for (DrbdResourceState state : states) {
            String name = state.resource();
            names.add(name);
            if (state.role().is(Role.PRIMARY)
                    || (!saysRole(state.role()) && primaries.contains(name))) {
                primary.add(name);
            }
            if (state.peers().isEmpty()) {
                lonely.add(name);
            }
            for (Peer peer : state.peers()) {
                if (peer.connection().is(ConnectionState.CONNECTED)) {
                    met.add(name);
                } else {
                    missing.merge(
                            name,
                            peer.name() + " is " + peer.connection().text(),
                            (one, other) -> one + ", " + other);
                }
            }
        }
        if (!present.containsAll(names)) {
            appeared = now;
        }
        present = names;
        primaries = primary;
        unconnected = missing;
        withoutPeers = lonely;
    }

    /** Is asked again whenever something changed, and when time has passed. */
    public Wish decide(Instant now) {
        boolean overdue = !now.isBefore(started.plus(limit));
        Set<String> held = held(overdue);
        Optional<Warning> warning = Optional.empty();
        if (!open && held.isEmpty() && remembered != null) {
            Map<String, String> waiting = waiting();
            boolean ready = complete && waiting.isEmpty() && everythingIsThere(now);
            open = ready || overdue;
            if (open && !waiting.isEmpty()) {
                warning = Optional.of(new Warning(false, waiting));
            }
        }
        if (!open && overdue && !held.isEmpty() && !warnedOfStaying) {
            warnedOfStaying = true;
            warning = Optional.of(new Warning(true, reasons(held)));
        }
        return new Wish(!open, memory(held), warning);
    }

    public boolean isOpen() {
        return open;
    }

    /** Resources for which somebody has to speak before the node opens. */
    public Set<String> held() {
        return held(true);
    }

    private Set<String> held(boolean overdue) {
        if (remembered == null) {
            return Set.of();
        }
        return remembered.stream()
                .filter(name -> !met.contains(name))
                .filter(name -> !released.contains(name) && !released.contains("*"))
                // Its connections come a moment after it; later it is known to have none.
                .filter(name -> !(overdue && complete && withoutPeers.contains(name)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Before the topic or the time has told, a resource may still be about to come up. */
    private boolean everythingIsThere(Instant now) {
        return expected != null || !now.isBefore(appeared.plus(SETTLED));
    }

    private Map<String, String> waiting() {
        Map<String, String> waiting = new TreeMap<>(unconnected);
        if (!complete) {
            waiting.put("", "DRBD has not told what exists");
        } else if (expected != null) {
            for (String name : expected) {
                if (!present.contains(name)) {
                    waiting.put(name, "is not configured");
                }
            }
        }
        return waiting;
    }

    private Map<String, String> reasons(Set<String> held) {
        return held.stream()
                .collect(
                        Collectors.toMap(
                                name -> name,
                                name -> unconnected.getOrDefault(name, "is not configured")));
    }

    /** Nothing is known before the node was read and the stream has told everything. */
    private Optional<Set<String>> memory(Set<String> held) {
        if (remembered == null || !complete) {
            return Optional.empty();
        }
        Set<String> memory = new TreeSet<>(primaries);
        memory.addAll(held);
        return Optional.of(memory);
    }

    private static boolean saysRole(Word<Role> role) {
        return role.known().isPresent();
    }
}
