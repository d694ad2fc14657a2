package io.siterecovery.tests.simulation.oracle;

import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Story;
import io.siterecovery.tests.simulation.world.ApiServer;
import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.DrbdResource;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.Replica;
import io.siterecovery.tests.simulation.world.World;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Looks at the world after every step, and at every write when it lands. */
public final class Oracle {

    /** More calls in a second than any one process has a reason for. */
    private static final int CALLS_PER_SECOND = 300;

    private final World world;
    private final Agenda agenda;
    private final Story story;
    private final Truth truth;
    private final WriteRules writes;
    private final OwnershipRules ownerships;
    private final ProgressRules progress;
    private final BootRules boot;
    private final TaintRules taints;
    private final EndRules end;
    private final Isolation isolation;
    private final List<Machine> machines;
    private final Map<String, List<String>> callsThisSecond = new HashMap<>();
    private long second;
    private long lastWrite;
    private @Nullable Violation first;

    public Oracle(World world, Agenda agenda, Story story) {
        this.world = world;
        this.agenda = agenda;
        this.story = story;
        this.truth = new Truth(world);
        this.writes = new WriteRules(world, truth, agenda::micros, this::found);
        this.ownerships = new OwnershipRules(world, truth, writes, agenda::micros, this::found);
        this.progress = new ProgressRules(world, truth, ownerships, this::found);
        this.boot = new BootRules(world, truth, agenda::micros, this::found);
        this.taints = new TaintRules(world, truth, this::found);
        this.end = new EndRules(world, truth, this::found);
        this.isolation = new Isolation(world, this::found);
        this.machines =
                world.layout().groups().stream().flatMap(g -> g.machines().stream()).toList();
        world.servers().forEach(server -> server.listen(this::written));
    }

    public Optional<Violation> violation() {
        return Optional.ofNullable(first);
    }

    public Isolation isolation() {
        return isolation;
    }

    /** What is true once all faults are over and everything has settled. */
    public EndRules end() {
        return end;
    }

    /** When the control plane last changed anything, or tried to. */
    public long lastWrite() {
        return lastWrite;
    }

    private void written(ApiServer.Change change) {
        ownerships.landed(change);
        writes.landed(change);
        taints.landed(change);
        progress.landed(change);
        boot.landed(change);
        if (change.author().ours()) {
            isolation.called(change.author(), change.key());
        }
    }

    /** I10: one process calls. */
    public void called(Author author, String what, boolean writes) {
        if (writes) {
            lastWrite = agenda.micros();
        }
        long now = agenda.micros() / Agenda.SECOND;
        if (now != second) {
            second = now;
            callsThisSecond.clear();
        }
        List<String> calls = callsThisSecond.computeIfAbsent(author.who(), w -> new ArrayList<>());
        calls.add(what);
        if (calls.size() > CALLS_PER_SECOND) {
            found(
                    "I10",
                    "%s makes more than %d calls a second, most of them: %s"
                            .formatted(author.who(), CALLS_PER_SECOND, mostFrequent(calls)));
        }
    }

    private static String mostFrequent(List<String> calls) {
        Map<String, Integer> counted = new TreeMap<>();
        calls.forEach(call -> counted.merge(call, 1, Integer::sum));
        return Collections.max(counted.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    /** After a step. */
    public void look() {
        for (Machine machine : machines) {
            int sites = 0;
            for (String site : List.of(World.EAST, World.WEST)) {
                if (world.kubeVirt(site)
                        .guest(machine)
                        .filter(g -> g.canWrite() && !writes.excused(g))
                        .isPresent()) {
                    sites++;
                }
            }
            if (sites > 1 && !progress.overridden(machine)) {
                found("I1", "two writers: " + world.guests(machine).map(Guest::toString).toList());
            }
        }
        for (DrbdResource resource : world.resources().values()) {
            if (resource.primaryCount() > 1
                    && resource.quoratePrimaries() > 1
                    && world.guestsOf(resource)
                            .noneMatch(
                                    g -> writes.excused(g) || progress.overridden(g.machine()))) {
                found(
                        "I2",
                        "two primaries: " + resource.primaries().map(Replica::toString).toList());
            }
        }
    }

    public void found(String rule, String what) {
        if (first == null) {
            first = new Violation(rule, what);
            story.tell("ORACLE", () -> rule + ": " + what);
        }
    }
}
