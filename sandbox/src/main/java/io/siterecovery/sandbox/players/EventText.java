package io.siterecovery.sandbox.players;

import io.siterecovery.sandbox.players.EventObject.Field;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Writes events2 lines (without timestamp). Rules measured on drbd-utils 9.34: a delta line has the
 * changed keys only, statistics appear together or not at all, {@code --full} prints everything.
 */
final class EventText {

    private final boolean statistics;
    private final boolean full;

    EventText(boolean statistics, boolean full) {
        this.statistics = statistics;
        this.full = full;
    }

    /** A line of the dump ({@code exists}) or of a new object ({@code create}). */
    String whole(String action, EventObject object) {
        var line = start(action, object);
        for (Field field : object.fields()) {
            if (!field.isStatistic() || statistics || full) {
                append(line, field);
            }
        }
        return line.toString();
    }

    String change(EventObject before, EventObject now) {
        Set<String> changed = changedGroups(before, now);
        var line = start("change", now);
        for (Field field : now.fields()) {
            boolean wanted =
                    field.group().equals(Field.BLOCKED)
                            ? full && changed.contains(Field.BLOCKED)
                            : full
                                    || field.group().equals(Field.ALWAYS)
                                    || (changed.contains(field.group())
                                            && (statistics || !field.isStatistic()));
            if (wanted) {
                append(line, field);
            }
        }
        return line.toString();
    }

    static String destroy(EventObject object) {
        return "destroy " + object.kind() + " " + object.gone();
    }

    /** Whether the kernel would announce this by itself: statistics are only ever polled. */
    static boolean stateChanged(EventObject before, EventObject now) {
        return changedGroups(before, now).stream()
                .anyMatch(g -> !g.equals(Field.STATISTICS) && !g.equals(Field.BLOCKED));
    }

    private static Set<String> changedGroups(EventObject before, EventObject now) {
        Map<String, Field> old = new HashMap<>();
        before.fields().forEach(f -> old.put(f.key(), f));
        var changed = new HashSet<String>();
        for (Field field : now.fields()) {
            Field was = old.remove(field.key());
            if (was == null || !was.value().equals(field.value())) {
                changed.add(field.group());
            }
        }
        old.values().forEach(f -> changed.add(f.group()));
        return changed;
    }

    private static StringBuilder start(String action, EventObject object) {
        return new StringBuilder(200)
                .append(action)
                .append(' ')
                .append(object.kind())
                .append(' ')
                .append(object.identity());
    }

    private static void append(StringBuilder line, Field field) {
        line.append(' ').append(field.key()).append(':').append(field.value());
    }
}
