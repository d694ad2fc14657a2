package io.siterecovery.tests.simulation.control;

import io.siterecovery.failover.verticle.Turns;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Story;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;

/** One run of the control plane: it may be stopped for a while, it may end at any moment. */
@SuppressWarnings("AvoidCommonTypeNames") // no other process is near
public final class Process {

    private final String name;
    private final Agenda agenda;
    private final Story story;
    private final long clockOffset;
    private final double clockRate;
    private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();
    private boolean alive = true;
    private boolean paused;

    /**
     * @param name as it calls itself towards the others
     * @param clockOffset microseconds that its clock is ahead
     * @param clockRate seconds that its clock counts in one
     */
    Process(String name, Agenda agenda, Story story, long clockOffset, double clockRate) {
        this.name = name;
        this.agenda = agenda;
        this.story = story;
        this.clockOffset = clockOffset;
        this.clockRate = clockRate;
    }

    public String name() {
        return name;
    }

    public boolean alive() {
        return alive;
    }

    public boolean paused() {
        return paused;
    }

    Agenda agenda() {
        return agenda;
    }

    Story story() {
        return story;
    }

    /** Something reaches the process: now, or when it goes on. */
    void deliver(Runnable what) {
        if (paused) {
            backlog.add(what);
        } else if (alive) {
            what.run();
        }
    }

    public void kill() {
        if (alive) {
            story.tell(name, () -> "is killed");
        }
        alive = false;
        backlog.clear();
    }

    public void pause(long micros) {
        if (!paused && alive) {
            paused = true;
            story.tell(name, () -> "stands still for " + micros / 1000 + " ms");
            agenda.after(micros, this::goOn);
        }
    }

    public void goOn() {
        if (paused) {
            paused = false;
            story.tell(name, () -> "goes on");
            while (!paused && !backlog.isEmpty()) {
                deliver(backlog.poll());
            }
        }
    }

    Turns turns() {
        return new Turns() {
            @Override
            public void take(Runnable work) {
                agenda.after(0, () -> deliver(() -> agenda.onThread(work)));
            }

            @Override
            public Timer after(Duration delay, Runnable work) {
                long micros = (long) (Math.max(1, delay.toMillis()) * Agenda.MILLI / clockRate);
                boolean[] cancelled = new boolean[1];
                Agenda.Entry entry =
                        agenda.after(
                                micros,
                                () ->
                                        deliver(
                                                () -> {
                                                    if (!cancelled[0]) {
                                                        agenda.onThread(work);
                                                    }
                                                }));
                return () -> {
                    cancelled[0] = true;
                    entry.cancel();
                };
            }
        };
    }

    Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                long shown = clockOffset + (long) (agenda.micros() * clockRate);
                return Agenda.instant(0).plus(shown, ChronoUnit.MICROS);
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }
}
