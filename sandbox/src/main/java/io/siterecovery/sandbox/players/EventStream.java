package io.siterecovery.sandbox.players;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One running {@code drbdsetup events2} on a node: remembers what it has printed, so that it can
 * print what changed. Not thread-safe but for {@link #nextLines}: the world calls it under its
 * lock.
 */
final class EventStream {

    /** A reader that is this far behind is cut off, as the kernel drops a slow netlink listener. */
    private static final int MAX_LINES_QUEUED = 200_000;

    private static final String END = new String("end");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx");
    private static final List<String> DESTROY_ORDER =
            List.of("path", "connection", "device", "resource");

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Map<String, EventObject> shown = new LinkedHashMap<>();
    private final EventText text;
    private final boolean timestamps;
    private final Clock clock;

    EventStream(Events2Options options, Clock clock) {
        this.text = new EventText(options.statistics(), options.full());
        this.timestamps = options.timestamps();
        this.clock = clock;
    }

    void dump(List<EventObject> objects) {
        String stamp = stamp();
        for (EventObject object : objects) {
            shown.put(object.id(), object);
            put(stamp + text.whole("exists", object));
        }
        put(stamp + "exists -");
    }

    /**
     * One kernel event: all lines carry the same timestamp.
     *
     * @param peerDevices the kernel sends a line for them although no key of them changed
     */
    void show(String resource, List<EventObject> now, boolean peerDevices) {
        String stamp = stamp();
        for (EventObject object : now) {
            EventObject before = shown.get(object.id());
            if (before == null) {
                put(stamp + text.whole("create", object));
            } else if (EventText.stateChanged(before, object)
                    || (peerDevices && object.kind().equals("peer-device"))) {
                put(stamp + text.change(before, object));
            } else {
                continue;
            }
            shown.put(object.id(), object);
        }
        destroyMissing(stamp, resource, now);
    }

    /** The answer to {@code n} on stdin: whatever differs from what was printed last. */
    void poll(List<EventObject> now) {
        String stamp = stamp();
        for (EventObject object : now) {
            EventObject before = shown.put(object.id(), object);
            if (before != null && !before.equals(object)) {
                put(stamp + text.change(before, object));
            }
        }
    }

    void helper(String keys, String helper) {
        put(stamp() + "call helper " + keys + " helper:" + helper);
        put(stamp() + "response helper " + keys + " helper:" + helper + " status:0");
    }

    void end() {
        lines.add(END);
    }

    /** Waits for lines; empty when the stream is over. */
    List<String> nextLines() throws InterruptedException {
        var taken = new ArrayList<String>();
        taken.add(lines.take());
        lines.drainTo(taken);
        for (int i = 0; i < taken.size(); i++) {
            if (isEnd(taken.get(i))) {
                if (i > 0) {
                    lines.add(END);
                }
                return taken.subList(0, i);
            }
        }
        return taken;
    }

    private void destroyMissing(String stamp, String resource, List<EventObject> now) {
        var missing = new ArrayList<EventObject>();
        shown.values().stream().filter(o -> o.resource().equals(resource)).forEach(missing::add);
        now.forEach(o -> missing.removeIf(m -> m.id().equals(o.id())));
        missing.forEach(o -> shown.remove(o.id()));
        for (String kind : DESTROY_ORDER) {
            missing.stream()
                    .filter(o -> o.kind().equals(kind))
                    .forEach(o -> put(stamp + EventText.destroy(o)));
        }
    }

    private String stamp() {
        return timestamps ? STAMP.format(OffsetDateTime.now(clock)) + " " : "";
    }

    private void put(String line) {
        if (lines.size() < MAX_LINES_QUEUED) {
            lines.add(line);
        } else if (lines.size() == MAX_LINES_QUEUED) {
            lines.add(END);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the marker must differ from any line of text
    private static boolean isEnd(String line) {
        return line == END;
    }
}
