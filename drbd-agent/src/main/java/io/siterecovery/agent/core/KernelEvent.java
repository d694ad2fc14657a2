package io.siterecovery.agent.core;

import io.siterecovery.agent.core.EventLine.Action;
import io.siterecovery.agent.core.EventLine.ObjectLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one kernel event. They have one timestamp; without timestamps the order of printing
 * tells: resource, connections, devices, then peer devices and paths, and destroyed objects in the
 * reverse order.
 */
final class KernelEvent {

    /** More than any event has: a clock that stands still must not make it grow for ever. */
    private static final int MOST_LINES = 10_000;

    private List<EventLine> lines = new ArrayList<>();
    private final Set<ObjectId> named = new HashSet<>();
    private @Nullable String stamp;
    private @Nullable Instant at;
    private int place;

    boolean goesOnWith(EventLine line) {
        if (lines.isEmpty()) {
            return true;
        }
        if (lines.size() >= MOST_LINES) {
            return false;
        }
        if (stamp != null || line.at() != null) {
            return stamp != null && stamp.equals(line.at());
        }
        return line instanceof ObjectLine object
                && place(object) >= place
                && !named.contains(object.id());
    }

    void add(EventLine line, @Nullable Instant time) {
        if (lines.isEmpty()) {
            stamp = line.at();
            at = time;
        }
        lines.add(line);
        if (line.at() == null && line instanceof ObjectLine object) {
            place = place(object);
            named.add(object.id());
        }
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** When it happened; absent if nobody knows. */
    @Nullable Instant at() {
        return at;
    }

    List<EventLine> take() {
        if (lines.isEmpty()) {
            return List.of();
        }
        List<EventLine> taken = lines;
        lines = new ArrayList<>();
        named.clear();
        stamp = null;
        place = 0;
        return taken;
    }

    private static int place(ObjectLine line) {
        boolean gone = line.action() == Action.DESTROY;
        return switch (line.id().kind()) {
            case RESOURCE -> gone ? 7 : 0;
            case CONNECTION -> gone ? 5 : 1;
            case DEVICE -> gone ? 6 : 2;
            case PEER_DEVICE, PATH -> gone ? 4 : 3;
        };
    }
}
