package io.siterecovery.tests.simulation.control;

import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import java.util.Set;
import java.util.TreeSet;

/** What becomes of a message between the control plane and a cluster. */
public final class Network {

    /**
     * The fate of one call.
     *
     * @param send microseconds until it takes effect
     * @param lost it never does
     * @param answer microseconds from there until the caller knows
     * @param answerLost the caller never does
     */
    record Fate(long send, boolean lost, long answer, boolean answerLost) {}

    private final Dice dice;
    private final Set<String> down = new TreeSet<>();
    private final Set<String> refusing = new TreeSet<>();
    private double unreliable;

    public Network(Dice dice) {
        this.dice = dice;
    }

    /** A cluster's API answers nobody: by silence, or by refusing each call at once. */
    public void down(String cluster, boolean now) {
        refusing.remove(cluster);
        if (now) {
            down.add(cluster);
            if (dice.chance(0.5)) {
                refusing.add(cluster);
            }
        } else {
            down.remove(cluster);
        }
    }

    boolean refuses(String cluster) {
        return refusing.contains(cluster);
    }

    public boolean reaches(String cluster) {
        return !down.contains(cluster);
    }

    /** How many of the calls get lost, or arrive when nobody waits for them any more. */
    public void unreliable(double share) {
        unreliable = share;
    }

    Dice dice() {
        return dice;
    }

    Fate fate() {
        boolean late = dice.chance(unreliable / 4);
        return new Fate(
                late ? dice.between(1, 60) * Agenda.SECOND : dice.around(2 * Agenda.MILLI),
                dice.chance(unreliable / 2),
                dice.around(2 * Agenda.MILLI),
                dice.chance(unreliable / 2));
    }
}
