package io.siterecovery.agent.core;

import io.siterecovery.agent.core.EventLine.Skipped;
import io.siterecovery.agent.core.EventLine.Unparsed;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.Role;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one stream has told of its node. It gives nothing away before the stream has told everything
 * that exists, since half a resource could pass for a whole one.
 */
public final class NodeView {

    /**
     * @param states by resource; absent: it is gone
     * @param demoted resources of which a role became Secondary, here or at a peer
     */
    public record Changes(Map<String, Optional<DrbdResourceState>> states, Set<String> demoted) {}

    /** What a line meant to the one who reads the stream. */
    public enum Reading {
        MERGED,
        UNUSABLE,
        /** The first unusable line of its shape. */
        UNUSABLE_NEW_SHAPE,
        /** Messages were lost: only a new stream tells the truth again. */
        STREAM_BROKEN
    }

    private final String node;
    private final String incarnation;
    private final UnparsedLines unparsed;
    private final ResourceTable table = new ResourceTable();
    private final Map<String, DrbdResourceState> given = new HashMap<>();

    public NodeView(String node, String incarnation, UnparsedLines unparsed) {
        this.node = node;
        this.incarnation = incarnation;
        this.unparsed = unparsed;
    }

    public Reading read(String line) {
        EventLine event = EventLineParser.parse(line);
        table.apply(event);
        return switch (event) {
            case Unparsed(String shape) ->
                    unparsed.count(shape) ? Reading.UNUSABLE_NEW_SHAPE : Reading.UNUSABLE;
            case Skipped ignored -> Reading.STREAM_BROKEN;
            case EventLine.ObjectLine ignored -> Reading.MERGED;
            case EventLine.Renamed ignored -> Reading.MERGED;
            case EventLine.Helper ignored -> Reading.MERGED;
            case EventLine.DumpEnd ignored -> Reading.MERGED;
        };
    }

    public boolean complete() {
        return table.complete();
    }

    public Set<String> names() {
        return table.names();
    }

    /** The latest state that was given away. */
    public Optional<DrbdResourceState> given(String resource) {
        return Optional.ofNullable(given.get(resource));
    }

    /** What is different from the last time. */
    public Changes takeChanges() {
        Map<String, Optional<DrbdResourceState>> states = new LinkedHashMap<>();
        Set<String> demoted = new LinkedHashSet<>();
        if (!complete()) {
            return new Changes(states, demoted);
        }
        for (String name : table.takeChanged()) {
            Optional<DrbdResourceState> now = StateProjection.of(table, node, incarnation, name);
            DrbdResourceState before =
                    now.isPresent() ? given.put(name, now.get()) : given.remove(name);
            if (now.isEmpty() ? before != null : !now.get().equals(before)) {
                states.put(name, now);
            }
            if (before != null && now.isPresent() && lostPrimary(before, now.get())) {
                demoted.add(name);
            }
        }
        return new Changes(states, demoted);
    }

    private static boolean lostPrimary(DrbdResourceState before, DrbdResourceState now) {
        if (before.role().is(Role.PRIMARY) && now.role().is(Role.SECONDARY)) {
            return true;
        }
        return now.peers().stream()
                .filter(peer -> peer.role().is(Role.SECONDARY))
                .anyMatch(
                        peer ->
                                before.peers().stream()
                                        .anyMatch(
                                                old ->
                                                        old.nodeId() == peer.nodeId()
                                                                && old.role().is(Role.PRIMARY)));
    }
}
