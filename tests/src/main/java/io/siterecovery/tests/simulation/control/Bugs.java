package io.siterecovery.tests.simulation.control;

import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.verticle.Decisions;
import io.siterecovery.failover.verticle.Turns;

/** Where a planted bug gets in: other decisions, or other hands. */
public interface Bugs {

    /** The product as it is. */
    Bugs NONE = new Bugs() {};

    default Decisions decisions(Decisions sound) {
        return sound;
    }

    default Ports ports(Ports sound) {
        return sound;
    }

    default Turns turns(Turns sound) {
        return sound;
    }
}
