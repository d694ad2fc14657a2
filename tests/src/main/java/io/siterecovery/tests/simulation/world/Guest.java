package io.siterecovery.tests.simulation.world;

import java.util.ArrayList;
import java.util.List;

/** A VM's process on a node, from the creation of its VMI until nothing of it is left. */
public final class Guest {

    final Machine machine;
    final String site;
    final String node;
    final String vmiUid;
    final String pod;

    /** Whether people or their tools made KubeVirt start it, not the control plane. */
    final boolean startedByPeople;

    final List<Replica> devices = new ArrayList<>();
    boolean running;
    boolean hasRun;
    boolean ready;
    boolean stopping;
    boolean stubborn;
    boolean off;
    boolean podGone;
    boolean detached;

    Guest(
            Machine machine,
            String site,
            String node,
            String vmiUid,
            String pod,
            boolean startedByPeople) {
        this.machine = machine;
        this.site = site;
        this.node = node;
        this.vmiUid = vmiUid;
        this.pod = pod;
        this.startedByPeople = startedByPeople;
    }

    public Machine machine() {
        return machine;
    }

    public String site() {
        return site;
    }

    public String node() {
        return node;
    }

    public boolean startedByPeople() {
        return startedByPeople;
    }

    /** It has run, whatever has become of it. */
    public boolean hasRun() {
        return hasRun;
    }

    public boolean isRunning() {
        return running && !stopping && !off;
    }

    /** Its probe says that it does its work. */
    public boolean isReady() {
        return ready && isRunning();
    }

    /** It shuts down, but takes minutes. */
    public boolean isStubborn() {
        return stubborn;
    }

    /** Nothing of it can touch a disk any more, now or later. */
    public boolean isOff() {
        return off;
    }

    /** Some disk of it would take a write now. */
    public boolean canWrite() {
        return !off && devices.stream().anyMatch(Replica::canWrite);
    }

    @Override
    public String toString() {
        return machine + "@" + node;
    }
}
