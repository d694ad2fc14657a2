package io.siterecovery.agent.core;

import io.siterecovery.agent.core.EventLine.DumpEnd;
import io.siterecovery.agent.core.EventLine.Helper;
import io.siterecovery.agent.core.EventLine.ObjectLine;
import io.siterecovery.agent.core.EventLine.Renamed;
import io.siterecovery.agent.core.EventLine.Skipped;
import io.siterecovery.agent.core.EventLine.Unparsed;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one stream has told of its node.
 *
 * <p>It gives nothing away before the stream has told everything that exists, since half a resource
 * could pass for a whole one; and of the lines of one kernel event it applies all or none, since
 * the first of them make sense only with the last.
 */
public final class NodeView {

    /**
     * @param states by resource; absent: it is gone
     * @param demoted resources of which a role became Secondary, here or at a peer
     * @param reconfigured whether options may be different now
     */
    public record Changes(
            Map<String, Optional<DrbdResourceState>> states,
            Set<String> demoted,
            boolean reconfigured) {}

    /** What a line meant to the one who reads the stream. */
    public enum Reading {
        MERGED,
        /** The kernel asked for help with something that people should know. */
        ALARM,
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
    private final KernelEvent open = new KernelEvent();
    private final Map<String, ResourceMemory> memories = new HashMap<>();
    private final Map<String, DrbdResourceState> given = new HashMap<>();
    private Map<String, ResourceOptions> options = Map.of();

    public NodeView(String node, String incarnation, UnparsedLines unparsed) {
        this.node = node;
        this.incarnation = incarnation;
        this.unparsed = unparsed;
    }

    /**
     * @param received stands in for the time of a line that has none; absent if nobody knows
     */
    public Reading read(String line, @Nullable Instant received) {
        EventLine event = EventLineParser.parse(line);
        switch (event) {
            case Unparsed damaged -> {
                table.apply(damaged);
                return unusable(damaged.shape());
            }
            case Skipped skipped -> {
                table.apply(skipped);
                return Reading.STREAM_BROKEN;
            }
            case DumpEnd end -> {
                settle();
                table.apply(end);
                table.names().forEach(name -> look(name, time(end, received)));
                return Reading.MERGED;
            }
            case ObjectLine object -> take(object, received);
            case Renamed renamed -> take(renamed, received);
            case Helper helper -> {
                table.apply(helper);
                return isAlarm(helper) ? Reading.ALARM : Reading.MERGED;
            }
        }
        return Reading.MERGED;
    }

    /** Counts a line that could not even be read. */
    public Reading unusable(String shape) {
        return unparsed.count(shape) ? Reading.UNUSABLE_NEW_SHAPE : Reading.UNUSABLE;
    }

    /** No further line of the kernel event is to come. */
    public void settle() {
        Instant at = open.at();
        Set<String> touched = new LinkedHashSet<>();
        for (EventLine line : open.take()) {
            if (line instanceof Renamed renamed) {
                rename(renamed);
                touched.add(renamed.newName());
            } else if (line instanceof ObjectLine object) {
                touched.add(object.id().resource());
            }
            table.apply(line);
        }
        touched.forEach(name -> look(name, at));
    }

    /** Whether lines were read whose kernel event may go on. */
    public boolean isOpen() {
        return !open.isEmpty();
    }

    /** Takes over the figures of a whole dump that was asked for beside the stream. */
    public void figures(String dump, @Nullable Instant at) {
        settle();
        Set<String> touched = new LinkedHashSet<>();
        dump.lines()
                .map(EventLineParser::parse)
                .filter(ObjectLine.class::isInstance)
                .map(ObjectLine.class::cast)
                .forEach(
                        line -> {
                            table.applyFigures(line);
                            touched.add(line.id().resource());
                        });
        touched.forEach(name -> look(name, at));
    }

    /** All figures were asked for at that time, and the answers have been read since. */
    public void sampled(Instant at) {
        memories.values().forEach(memory -> memory.sampled(at));
    }

    /** How the node's resources are configured; one that is not named is not known. */
    public void configured(Map<String, ResourceOptions> found) {
        Map<String, ResourceOptions> before = options;
        options = Map.copyOf(found);
        for (String name : table.names()) {
            ResourceOptions now = options.get(name);
            if (now == null ? before.containsKey(name) : !now.equals(before.get(name))) {
                table.touch(name);
                look(name, null);
            }
        }
    }

    public boolean complete() {
        return table.complete();
    }

    public Set<String> names() {
        return table.names();
    }

    /** Whether news may have been lost since the last call, so that the kernel should be asked. */
    public boolean takeDoubt() {
        return table.takeDoubt();
    }

    public StrangeWords strange() {
        return table.strange();
    }

    /** The latest state that was given away. */
    public Optional<DrbdResourceState> given(String resource) {
        return Optional.ofNullable(given.get(resource));
    }

    /** The latest states that were given away. */
    public Collection<DrbdResourceState> states() {
        return List.copyOf(given.values());
    }

    /** What is true now, whether the stream has told all or not. */
    public Optional<DrbdResourceState> state(String name) {
        ResourceTable.Resource resource = table.resource(name);
        return resource == null
                ? Optional.empty()
                : Optional.of(
                        StateProjection.of(
                                node,
                                incarnation,
                                name,
                                resource,
                                options.get(name),
                                memory(name)));
    }

    /** The resources of which another view of the same node says something else, figures aside. */
    public Set<String> differences(NodeView other) {
        Set<String> different = new TreeSet<>(names());
        different.addAll(other.names());
        different.removeIf(
                name -> state(name).map(Essence::of).equals(other.state(name).map(Essence::of)));
        return different;
    }

    /** What is different from the last time. */
    public Changes takeChanges() {
        Map<String, Optional<DrbdResourceState>> states = new LinkedHashMap<>();
        Set<String> demoted = new LinkedHashSet<>();
        boolean reconfigured = false;
        if (!complete()) {
            return new Changes(states, demoted, false);
        }
        for (String name : table.takeChanged()) {
            Optional<DrbdResourceState> now = state(name);
            DrbdResourceState before =
                    now.isPresent() ? given.put(name, now.get()) : given.remove(name);
            if (now.isEmpty() ? before != null : !now.get().equals(before)) {
                states.put(name, now);
            }
            if (now.isPresent()) {
                reconfigured |= Transitions.mayBeReconfigured(before, now.get());
                if (before != null && Transitions.demoted(before, now.get())) {
                    demoted.add(name);
                }
            }
        }
        return new Changes(states, demoted, reconfigured);
    }

    private void take(EventLine line, @Nullable Instant received) {
        if (!complete()) {
            table.apply(line);
            return;
        }
        if (!open.goesOnWith(line)) {
            settle();
        }
        open.add(line, open.isEmpty() ? time(line, received) : null);
    }

    private void rename(Renamed line) {
        ResourceMemory memory = memories.remove(line.resource());
        if (memory != null) {
            memories.put(line.newName(), memory);
        }
    }

    private void look(String name, @Nullable Instant at) {
        ResourceTable.Resource resource = table.resource(name);
        if (resource == null) {
            memories.remove(name);
        } else {
            memory(name).look(resource, options.get(name), at);
        }
    }

    private ResourceMemory memory(String name) {
        return memories.computeIfAbsent(name, none -> new ResourceMemory());
    }

    private static boolean isAlarm(Helper helper) {
        return helper.status() == null
                && (helper.handler().is(Handler.SPLIT_BRAIN)
                        || helper.handler().is(Handler.QUORUM_LOST)
                        || helper.handler().is(Handler.PRI_LOST)
                        || helper.handler().is(Handler.LOCAL_IO_ERROR));
    }

    private static @Nullable Instant time(EventLine line, @Nullable Instant received) {
        String at = line.at();
        if (at == null) {
            return received;
        }
        try {
            return OffsetDateTime.parse(at).toInstant();
        } catch (DateTimeException e) {
            return received;
        }
    }
}
