package io.siterecovery.tests.simulation.control;

import io.siterecovery.events.EventHeaders;
import io.siterecovery.platform.EventWriter;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.world.Broker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One process's way to the broker: in order, and late while the broker is away. */
final class Producer implements EventWriter {

    private static final long DEADLINE = 5 * Agenda.SECOND;

    private static final String TERM = "term";

    private final Process process;
    private final long term;
    private final Broker broker;
    private final Dice dice;
    private final BiConsumer<String, String> told;
    private final Map<String, String> signed;
    private long lastArrival;

    /**
     * @param term higher for who was assigned the deployment later
     * @param told of each record's topic and key
     */
    Producer(
            Process process, long term, Broker broker, Dice dice, BiConsumer<String, String> told) {
        this.process = process;
        this.term = term;
        this.broker = broker;
        this.dice = dice;
        this.told = told;
        this.signed = Map.of(TERM, Long.toString(term));
    }

    @Override
    public Future<Long> publish(
            String topic, String key, @Nullable Record data, EventHeaders headers) {
        return append(topic, key, data);
    }

    Future<Long> append(String topic, String key, @Nullable Record data) {
        told.accept(topic, key);
        Promise<Long> promise = Promise.promise();
        Agenda agenda = process.agenda();
        lastArrival = Math.max(lastArrival, agenda.micros() + dice.around(Agenda.MILLI));
        agenda.after(
                lastArrival - agenda.micros(),
                () ->
                        process.deliver(
                                () ->
                                        broker.whenThere(
                                                () -> {
                                                    long offset =
                                                            broker.append(topic, key, data, signed);
                                                    answer(() -> promise.tryComplete(offset));
                                                })));
        return promise.future();
    }

    /** Whether it was written by one that was assigned before this one. */
    boolean wroteBefore(ReceivedEvent event) {
        String other = event.headers().get(TERM);
        return other != null && Long.parseLong(other) < term;
    }

    @Override
    public Future<Long> endOffset(String topic) {
        Promise<Long> promise = Promise.promise();
        Agenda agenda = process.agenda();
        Agenda.Entry deadline =
                agenda.after(DEADLINE, () -> answer(() -> promise.tryFail("the broker is silent")));
        promise.future().onComplete(_ -> deadline.cancel());
        agenda.after(
                dice.around(Agenda.MILLI),
                () -> {
                    if (!broker.away()) {
                        long end = broker.topic(topic).end();
                        agenda.after(
                                dice.around(Agenda.MILLI),
                                () -> answer(() -> promise.tryComplete(end)));
                    }
                });
        return promise.future();
    }

    private void answer(Runnable completion) {
        process.deliver(() -> process.agenda().onThread(completion));
    }
}
