package io.siterecovery.tests.simulation.control;

import io.siterecovery.platform.Tenant;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All processes of the control plane, and which of them runs which deployment. */
public final class ControlPlane {

    /** How long a process may be silent before its deployments are another's. */
    private static final long SESSION = 6 * Agenda.SECOND;

    private final Agenda agenda;
    private final Dice dice;
    private final Story story;
    private final Surroundings around;
    private final List<Tenant> tenants;
    private final List<Process> processes = new ArrayList<>();
    private final Map<Process, List<Tenancy>> tenancies = new LinkedHashMap<>();
    private long assignments;
    private long maxClockOffset;

    public ControlPlane(Agenda agenda, Dice dice, Story story, Surroundings around) {
        this.agenda = agenda;
        this.dice = dice;
        this.story = story;
        this.around = around;
        this.tenants = around.world().tenants();
    }

    /** How far clocks of processes that start from now on may be off. */
    public void clocksOff(long micros) {
        maxClockOffset = micros;
    }

    /** Starts a process that runs all deployments from now on. */
    public Process start() {
        return start("cp" + (processes.size() + 1));
    }

    /** Starts one that has ended again, under its name. */
    public Process restart(Process ended) {
        return start(ended.name());
    }

    private Process start(String name) {
        long offset = dice.between(-maxClockOffset, maxClockOffset);
        double rate = maxClockOffset == 0 ? 1 : 1 + dice.between(-1000, 1000) / 1e6;
        Process process = new Process(name, agenda, story, offset, rate);
        processes.add(process);
        story.tell(process.name(), () -> "starts, its clock off by " + offset / 1000 + " ms");
        assign(process);
        return process;
    }

    public List<Process> processes() {
        return processes;
    }

    public boolean anyAtWork() {
        return processes.stream().anyMatch(p -> p.alive() && !p.paused() && works(p));
    }

    private boolean works(Process process) {
        return !tenancies.getOrDefault(process, List.of()).isEmpty();
    }

    /** The process that runs the deployments now, as far as the broker knows. */
    public Process current() {
        return processes.getLast();
    }

    /**
     * The others learn that their deployments are the last one's, each when it can. One that has
     * worked meanwhile comes back to the group of processes, and so everything is assigned anew.
     */
    public void retireAllButLast() {
        for (Process process : processes.subList(0, processes.size() - 1)) {
            if (process.alive() && works(process)) {
                process.deliver(
                        () -> {
                            retire(process);
                            assignAnew();
                        });
            }
        }
    }

    private void retire(Process process) {
        List<Tenancy> its = tenancies.put(process, List.of());
        if (its != null && !its.isEmpty()) {
            story.tell(process.name(), () -> "gives its deployments up");
            its.forEach(Tenancy::close);
        }
    }

    private void assignAnew() {
        Process process = current();
        process.deliver(
                () -> {
                    tenancies.getOrDefault(process, List.of()).forEach(Tenancy::close);
                    story.tell(process.name(), () -> "is assigned its deployments anew");
                    assign(process);
                });
    }

    private void assign(Process process) {
        List<Tenancy> its = new ArrayList<>();
        for (Tenant tenant : tenants) {
            Tenancy tenancy = new Tenancy(process, tenant, ++assignments, around, dice.fork());
            its.add(tenancy);
            tenancy.start();
        }
        tenancies.put(process, its);
    }

    /** Another process takes over once this one has been silent for long enough. */
    public void takeOverFrom(Process silent) {
        agenda.after(
                SESSION,
                () -> {
                    if (current() == silent && (!silent.alive() || silent.paused())) {
                        start();
                        agenda.after(dice.between(0, 20) * Agenda.SECOND, this::retireAllButLast);
                    }
                });
    }

    public void breakSomeWatch() {
        tenancies.getOrDefault(current(), List.of()).forEach(Tenancy::breakSomeWatch);
    }
}
