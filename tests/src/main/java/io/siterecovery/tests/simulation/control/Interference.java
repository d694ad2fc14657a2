package io.siterecovery.tests.simulation.control;

/** Who may interrupt the control plane at a write. */
public interface Interference {

    /** What happens at one write. */
    enum Order {
        GO_ON,
        /** It takes effect, and its sender never hears so. */
        LOSE_THE_ANSWER,
        /** The process ends before it is sent. */
        END_BEFORE,
        /** The process ends when it has taken effect, and does not know. */
        END_AFTER
    }

    Interference NONE = (process, cluster, write) -> Order.GO_ON;

    /** It may also pause the process: the write is then sent when it goes on. */
    Order beforeWrite(Process process, String cluster, Write write);
}
