package io.siterecovery.tests.simulation.control;

import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.tests.simulation.world.Broker;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps a compacted topic equal to the latest states it is given. */
final class FactsOut {

    private final Producer producer;
    private final String topic;
    private final Map<String, Record> latest = new TreeMap<>();
    private final List<Future<?>> sent = new ArrayList<>();

    FactsOut(Producer producer, Broker broker, String topic) {
        this.producer = producer;
        this.topic = topic;
        broker.topic(topic).compacted().forEach(r -> latest.put(r.key(), r.data()));
    }

    /**
     * What an older process put over our word is put right: it was away, and has not noticed.
     *
     * @return whether it said something of which we know nothing: it must be looked for
     */
    boolean read(ReceivedEvent event) {
        if (!producer.wroteBefore(event)) {
            return false;
        }
        Record ours = latest.get(event.key());
        if (ours == null && event.data() != null) {
            latest.put(event.key(), event.data());
            return true;
        }
        if (ours != null && !ours.equals(event.data())) {
            send(event.key(), ours);
        }
        return false;
    }

    List<String> keys() {
        return List.copyOf(latest.keySet());
    }

    Map<String, Record> states() {
        return new TreeMap<>(latest);
    }

    void put(String key, Record data) {
        if (!data.equals(latest.put(key, data))) {
            send(key, data);
        }
    }

    void remove(String key) {
        if (latest.remove(key) != null) {
            sent.removeIf(Future::isComplete);
            sent.add(producer.append(topic, key, null));
        }
    }

    /** When all that was given until now is in the topic. */
    Future<?> settled() {
        sent.removeIf(Future::isComplete);
        return sent.isEmpty() ? Future.succeededFuture() : Future.join(List.copyOf(sent));
    }

    private void send(String key, Record data) {
        sent.removeIf(Future::isComplete);
        sent.add(producer.append(topic, key, data));
    }
}
