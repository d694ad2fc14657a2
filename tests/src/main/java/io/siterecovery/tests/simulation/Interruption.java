package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.control.ControlPlane;
import io.siterecovery.tests.simulation.control.Interference;
import io.siterecovery.tests.simulation.control.Process;
import io.siterecovery.tests.simulation.control.Write;
import io.siterecovery.tests.simulation.engine.Agenda;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Interrupts the control plane at one write of an operation, and has it go on. */
final class Interruption implements Interference {

    /** What happens to whoever sends the write. */
    enum How {
        ENDS_BEFORE,
        ENDS_AFTER,
        HEARS_NOTHING
    }

    /** Who goes on. */
    enum Who {
        SAME,
        ANOTHER
    }

    private static final long STARTS_AGAIN = 500 * Agenda.MILLI;
    private static final long HAS_LANDED = 50 * Agenda.MILLI;
    private static final long ASLEEP = 20 * Agenda.SECOND;

    private final Agenda agenda;
    private final int at;
    private final How how;
    private final Who who;
    private final List<String> writes = new ArrayList<>();
    private @Nullable ControlPlane control;
    private boolean counting;

    /**
     * @param at which write, from 1 on; 0: none
     */
    Interruption(Agenda agenda, int at, How how, Who who) {
        this.agenda = agenda;
        this.at = at;
        this.how = how;
        this.who = who;
    }

    /** From here on writes count. */
    void begin(ControlPlane processes) {
        control = processes;
        counting = true;
    }

    /** All that were begun since. */
    List<String> writes() {
        return writes;
    }

    @Override
    public Order beforeWrite(Process process, String cluster, Write write) {
        if (!counting || control == null) {
            return Order.GO_ON;
        }
        writes.add(process.name() + " " + cluster + ": " + write.shown());
        if (writes.size() != at) {
            return Order.GO_ON;
        }
        goesOn(process, control);
        return switch (how) {
            case ENDS_BEFORE -> Order.END_BEFORE;
            case ENDS_AFTER -> Order.END_AFTER;
            case HEARS_NOTHING -> Order.LOSE_THE_ANSWER;
        };
    }

    private void goesOn(Process process, ControlPlane processes) {
        boolean ends = how != How.HEARS_NOTHING;
        switch (who) {
            case SAME -> {
                if (ends) {
                    agenda.after(STARTS_AGAIN, () -> processes.restart(process));
                }
            }
            case ANOTHER -> {
                if (!ends) {
                    agenda.after(HAS_LANDED, () -> process.pause(ASLEEP));
                }
                agenda.after(HAS_LANDED, () -> processes.takeOverFrom(process));
            }
        }
    }
}
