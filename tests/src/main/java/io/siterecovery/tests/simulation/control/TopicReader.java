package io.siterecovery.tests.simulation.control;

import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.world.Broker;
import io.siterecovery.tests.simulation.world.Broker.Topic;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/** Reads one topic from its first record on: late now and then, and some records twice. */
final class TopicReader {

    private final Process process;
    private final Broker broker;
    private final Topic topic;
    private final Dice dice;
    private final DoubleSupplier trouble;
    private final Consumer<ReceivedEvent> handler;
    private final Runnable caughtUp;
    private final Runnable waiter = this::appended;
    private final long wanted;
    private long position;
    private boolean waking;
    private boolean closed;
    private boolean saidSo;

    /**
     * @param trouble how often a record comes late or twice
     * @param caughtUp told once, when all that was there at the beginning has been handled
     */
    TopicReader(
            Process process,
            Broker broker,
            String topic,
            Dice dice,
            DoubleSupplier trouble,
            Consumer<ReceivedEvent> handler,
            Runnable caughtUp) {
        this.process = process;
        this.broker = broker;
        this.topic = broker.topic(topic);
        this.dice = dice;
        this.trouble = trouble;
        this.handler = handler;
        this.caughtUp = caughtUp;
        this.wanted = this.topic.end();
        this.topic.whenAppended(waiter);
        wake(dice.around(5 * Agenda.MILLI), this::first);
    }

    void close() {
        closed = true;
        topic.forget(waiter);
    }

    private void appended() {
        if (!waking) {
            long lag =
                    dice.chance(trouble.getAsDouble())
                            ? dice.between(1, 8000) * Agenda.MILLI
                            : dice.around(Agenda.MILLI);
            wake(lag, this::read);
        }
    }

    private void wake(long lag, Runnable then) {
        waking = true;
        process.agenda().after(lag, () -> process.deliver(() -> broker.whenThere(then)));
    }

    /** What was compacted away is not read. */
    private void first() {
        if (!closed) {
            List<ReceivedEvent> there = topic.compacted().toList();
            position = topic.end();
            there.forEach(handler);
        }
        read();
    }

    private void read() {
        waking = false;
        if (closed || !process.alive()) {
            return;
        }
        if (position > 3 && dice.chance(trouble.getAsDouble() / 10)) {
            position -= dice.between(1, 3);
        }
        while (position < topic.end() && !closed) {
            handler.accept(topic.at(position++));
        }
        if (!saidSo && position >= wanted) {
            saidSo = true;
            caughtUp.run();
        }
    }
}
