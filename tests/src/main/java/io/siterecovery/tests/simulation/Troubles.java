package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.control.ControlPlane;
import io.siterecovery.tests.simulation.control.Interference;
import io.siterecovery.tests.simulation.control.Network;
import io.siterecovery.tests.simulation.control.Process;
import io.siterecovery.tests.simulation.control.Write;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import io.siterecovery.tests.simulation.world.Agent;
import io.siterecovery.tests.simulation.world.World;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes things go wrong for a time, and puts everything right again after it. */
final class Troubles implements Interference {

    private static final long SECOND = Agenda.SECOND;
    private static final double AT_A_MOMENT_THAT_MATTERS = 0.1;

    private final Agenda agenda;
    private final Dice dice;
    private final Story story;
    private final World world;
    private final Network network;
    private final Set<Trouble> wanted;
    private final long until;
    private final Set<String> off = new HashSet<>();
    private final Set<String> unreached = new HashSet<>();
    private Consumer<String> siteLost = site -> {};
    private @Nullable ControlPlane control;
    private boolean over;

    Troubles(
            Agenda agenda,
            Dice dice,
            Story story,
            World world,
            Network network,
            Set<Trouble> wanted,
            long until) {
        this.agenda = agenda;
        this.dice = dice;
        this.story = story;
        this.world = world;
        this.network = network;
        this.wanted = wanted;
        this.until = until;
    }

    /** Who wants to know that a site is lost. */
    void whenSiteIsLost(Consumer<String> told) {
        siteLost = told;
    }

    void begin(ControlPlane processes) {
        control = processes;
        if (has(Trouble.CALLS)) {
            network.unreliable(dice.of(List.of(0.01, 0.03, 0.1)));
        }
        if (has(Trouble.TOPICS)) {
            world.broker().slow(0.03);
        }
        if (has(Trouble.STUBBORN)) {
            List.of(World.EAST, World.WEST)
                    .forEach(site -> world.kubeVirt(site).stubborn(dice.of(List.of(0.1, 0.5))));
        }
        if (has(Trouble.CLOCKS)) {
            processes.clocksOff(dice.of(List.of(200 * Agenda.MILLI, 2 * SECOND)));
        }
        every(Trouble.OUTAGES, 25, this::outage);
        every(Trouble.WATCHES, 8, () -> processes.breakSomeWatch());
        every(Trouble.BROKER, 30, this::brokerAway);
        every(Trouble.CRASHES, 20, this::crash);
        every(Trouble.PAUSES, 20, () -> pause(processes.current()));
        every(Trouble.REPLICATION, 25, this::cut);
        every(Trouble.NODES, 40, this::nodeOff);
        every(Trouble.AGENTS, 15, this::agentEnds);
        every(Trouble.SITES, 30, this::siteLost);
        every(Trouble.HUB, 60, this::hubCutOff);
    }

    double watchTrouble() {
        return !over && has(Trouble.WATCHES) ? 0.05 : 0;
    }

    double topicTrouble() {
        return !over && has(Trouble.TOPICS) ? 0.05 : 0;
    }

    boolean has(Trouble trouble) {
        return wanted.contains(trouble);
    }

    /** From now on everything works. */
    void end() {
        over = true;
        story.tell("", () -> "— from here on everything works —");
        network.unreliable(0);
        List.of(World.EAST, World.WEST, World.QUORUM).forEach(c -> network.down(c, false));
        world.replicationCut(false);
        List.copyOf(unreached).forEach(this::siteBack);
        List.copyOf(off).forEach(this::nodeOn);
        world.agents().values().stream().filter(a -> !a.alive()).forEach(Agent::start);
        world.broker().away(false);
        world.broker().slow(0);
        ControlPlane processes = processes();
        processes.processes().forEach(Process::goOn);
        if (!processes.current().alive()) {
            processes.start();
        }
        processes.retireAllButLast();
    }

    private ControlPlane processes() {
        if (control == null) {
            throw new IllegalStateException("not begun");
        }
        return control;
    }

    /** Things like to go wrong at the very moment when it matters. */
    private void murphy(Write write) {
        String kind = write.key().kind().kind();
        boolean matters = kind.equals("GroupOwnership") || kind.equals("Failover");
        if (!matters || !dice.chance(AT_A_MOMENT_THAT_MATTERS)) {
            return;
        }
        List<Runnable> able = new ArrayList<>();
        add(able, Trouble.OUTAGES, this::outage);
        add(able, Trouble.WATCHES, () -> processes().breakSomeWatch());
        add(able, Trouble.BROKER, this::brokerAway);
        add(able, Trouble.PAUSES, () -> pause(processes().current()));
        add(able, Trouble.REPLICATION, this::cut);
        add(able, Trouble.NODES, this::nodeOff);
        add(able, Trouble.AGENTS, this::agentEnds);
        add(able, Trouble.SITES, this::siteLost);
        if (!able.isEmpty()) {
            Runnable what = dice.of(able);
            agenda.after(
                    dice.around(100 * Agenda.MILLI),
                    () -> {
                        if (!over) {
                            what.run();
                        }
                    });
        }
    }

    private void add(List<Runnable> able, Trouble trouble, Runnable what) {
        if (has(trouble)) {
            able.add(what);
        }
    }

    private void every(Trouble trouble, int meanSeconds, Runnable what) {
        if (has(trouble)) {
            long next = dice.between(0, 2 * meanSeconds * 1000) * Agenda.MILLI;
            if (agenda.micros() + next < until) {
                agenda.after(
                        next,
                        () -> {
                            if (!over) {
                                what.run();
                                every(trouble, meanSeconds, what);
                            }
                        });
            }
        }
    }

    private void outage() {
        String cluster = dice.of(List.of(World.EAST, World.WEST, World.QUORUM));
        story.tell("network", () -> cluster + " answers nobody");
        network.down(cluster, true);
        later(
                1,
                40,
                () -> {
                    story.tell("network", () -> cluster + " answers again");
                    network.down(cluster, false);
                });
    }

    /** Dark: everything on it has ended. Unreached: nobody hears of it, and its VMs go on. */
    private void siteLost() {
        String site = dice.chance(0.7) ? World.EAST : World.WEST;
        if (!unreached.isEmpty()) {
            return;
        }
        boolean dark = dice.chance(0.5);
        story.tell("site", () -> site + (dark ? " goes dark" : " is reached by nobody"));
        unreached(site);
        if (!dark) {
            world.replicationCut(true);
        }
        for (String node : world.layout().nodes(site)) {
            if (dark && off.add(node)) {
                world.power(node, false);
            }
        }
        siteLost.accept(site);
        later(20, world.layout().automatic() ? 180 : 60, () -> siteBack(site));
    }

    private void hubCutOff() {
        if (unreached.isEmpty()) {
            story.tell("site", () -> "the hub hears of neither site");
            List<String> sites = List.of(World.EAST, World.WEST);
            sites.forEach(this::unreached);
            later(80, 160, () -> sites.forEach(this::siteBack));
        }
    }

    private void unreached(String site) {
        unreached.add(site);
        world.reached(site, false);
        network.down(site, true);
        world.layout().nodes(site).forEach(node -> agent(node).stop());
    }

    private void siteBack(String site) {
        if (unreached.remove(site)) {
            story.tell("site", () -> site + " is back");
            world.reached(site, true);
            world.replicationCut(false);
            network.down(site, false);
            for (String node : world.layout().nodes(site)) {
                nodeOn(node);
                if (!agent(node).alive()) {
                    agent(node).start();
                }
            }
        }
    }

    private Agent agent(String node) {
        Agent agent = world.agents().get(node);
        if (agent == null) {
            throw new IllegalArgumentException(node);
        }
        return agent;
    }

    private void brokerAway() {
        story.tell("broker", () -> "is away");
        world.broker().away(true);
        later(
                1,
                15,
                () -> {
                    story.tell("broker", () -> "is back");
                    world.broker().away(false);
                });
    }

    private void cut() {
        world.replicationCut(true);
        later(
                1,
                25,
                () -> {
                    if (unreached.isEmpty()) {
                        world.replicationCut(false);
                    }
                });
    }

    private void nodeOff() {
        String node = dice.of(List.copyOf(world.agents().keySet()));
        if (off.add(node)) {
            world.power(node, false);
            later(3, 40, () -> nodeOn(node));
        }
    }

    private void nodeOn(String node) {
        if (off.remove(node)) {
            world.power(node, true);
        }
    }

    private void agentEnds() {
        Agent agent = dice.of(List.copyOf(world.agents().values()));
        if (agent.alive() && !off.contains(agent.node())) {
            story.tell("agent", () -> agent.node() + " ends");
            agent.stop();
            later(
                    1,
                    15,
                    () -> {
                        boolean reached = !unreached.contains(world.layout().siteOf(agent.node()));
                        if (reached && !off.contains(agent.node()) && !agent.alive()) {
                            story.tell("agent", () -> agent.node() + " starts");
                            agent.start();
                        }
                    });
        }
    }

    private void later(int fromSeconds, int toSeconds, Runnable what) {
        agenda.after(
                dice.between(fromSeconds * 1000, toSeconds * 1000) * Agenda.MILLI,
                () -> {
                    if (!over) {
                        what.run();
                    }
                });
    }

    private void crash() {
        Process process = processes().current();
        process.kill();
        replace(process);
    }

    /** The same one is started again at once, or another one takes over in a while. */
    private void replace(Process dead) {
        if (dice.chance(0.5)) {
            later(
                    0,
                    5,
                    () -> {
                        if (processes().current().equals(dead)) {
                            processes().start();
                        }
                    });
        } else {
            processes().takeOverFrom(dead);
        }
    }

    private void pause(Process process) {
        process.pause(dice.between(200, 40_000) * Agenda.MILLI);
        processes().takeOverFrom(process);
    }

    @Override
    public Order beforeWrite(Process process, String cluster, Write write) {
        if (over || control == null) {
            return Order.GO_ON;
        }
        murphy(write);
        if (has(Trouble.PAUSES) && dice.chance(0.01)) {
            pause(process);
            return Order.GO_ON;
        }
        if (has(Trouble.CRASHES) && dice.chance(0.01)) {
            replace(process);
            return dice.chance(0.5) ? Order.END_BEFORE : Order.END_AFTER;
        }
        return has(Trouble.CALLS) && dice.chance(0.01) ? Order.LOSE_THE_ANSWER : Order.GO_ON;
    }
}
