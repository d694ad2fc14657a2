package io.siterecovery.tests.simulation.world;

import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Topics of one partition each; append times are the broker's own. */
public final class Broker {

    /** One topic: its records, and who waits for more. */
    public static final class Topic {
        private final String name;
        private final List<ReceivedEvent> records = new ArrayList<>();
        private final Map<String, ReceivedEvent> latest = new TreeMap<>();
        private final List<Runnable> waiting = new ArrayList<>();

        private Topic(String name) {
            this.name = name;
        }

        public String name() {
            return name;
        }

        public long end() {
            return records.size();
        }

        public ReceivedEvent at(long offset) {
            return records.get((int) offset);
        }

        /** The last record of each key, tombstones left out, in the order of their offsets. */
        public Stream<ReceivedEvent> compacted() {
            return latest.values().stream()
                    .filter(r -> r.data() != null)
                    .sorted((a, b) -> Long.compare(a.offset(), b.offset()));
        }

        public void whenAppended(Runnable waiter) {
            waiting.add(waiter);
        }

        public void forget(Runnable waiter) {
            waiting.remove(waiter);
        }
    }

    private final Agenda agenda;
    private final Map<String, Topic> topics = new TreeMap<>();
    private final List<Runnable> whenBack = new ArrayList<>();
    private boolean away;
    private double slow;

    Broker(Agenda agenda) {
        this.agenda = agenda;
    }

    public Topic topic(String name) {
        return topics.computeIfAbsent(name, Topic::new);
    }

    public boolean away() {
        return away;
    }

    public void away(boolean now) {
        away = now;
        if (!now) {
            List<Runnable> all = List.copyOf(whenBack);
            whenBack.clear();
            all.forEach(Runnable::run);
        }
    }

    /** How many of the agents' records wait for seconds before they are appended. */
    public void slow(double share) {
        slow = share;
    }

    long lag(Dice dice) {
        return dice.chance(slow)
                ? dice.between(100, 4000) * Agenda.MILLI
                : dice.around(Agenda.MILLI);
    }

    /** Runs it at once, or when the broker is back. */
    public void whenThere(Runnable what) {
        if (away) {
            whenBack.add(what);
        } else {
            what.run();
        }
    }

    public long append(
            String topic, String key, @Nullable Record data, Map<String, String> headers) {
        Topic to = topic(topic);
        ReceivedEvent event = new ReceivedEvent(topic, key, to.end(), agenda.now(), data, headers);
        to.records.add(event);
        to.latest.put(key, event);
        List.copyOf(to.waiting).forEach(Runnable::run);
        return event.offset();
    }
}
