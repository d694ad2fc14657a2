package io.siterecovery.tests.simulation;

import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.control.Bugs;
import io.siterecovery.tests.simulation.control.ControlPlane;
import io.siterecovery.tests.simulation.control.Network;
import io.siterecovery.tests.simulation.control.Surroundings;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import io.siterecovery.tests.simulation.oracle.Oracle;
import io.siterecovery.tests.simulation.oracle.Violation;
import io.siterecovery.tests.simulation.world.Layout;
import io.siterecovery.tests.simulation.world.World;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One seed, from the first step to the verdict. */
public final class Schedule {

    private static final long SECOND = Agenda.SECOND;

    /** After the last fault everything must have ended by then: the product's own deadlines. */
    private static final long PATIENCE = 700 * SECOND;

    /** Longer than a full pass. */
    private static final long QUIET = 70 * SECOND;

    /** In seconds: after a minute of silence groups leave a lost site by themselves. */
    private static final long TIME_TO_RESPOND = 150;

    private static final long MOST_STEPS = 300_000;

    private final long seed;
    private final Agenda agenda = new Agenda();
    private final Story story;
    private final World world;
    private final ControlPlane control;
    private final Troubles troubles;
    private final People people;
    private final Oracle oracle;
    private final Optional<Closures> closures;
    private final long chaosEnds;

    /** Nothing goes wrong: then orders are carried out. */
    private final boolean calm;

    private long steps;

    /**
     * @param allowed what may go wrong; of that, each seed draws some
     * @param tell whether to write the story
     */
    public Schedule(long seed, Set<Trouble> allowed, Bugs bugs, boolean tell) {
        this.seed = seed;
        Dice dice = new Dice(seed);
        story = new Story(agenda, tell);
        Set<Trouble> wanted = draw(allowed, dice.fork());
        Layout drawn = Layout.any(dice.fork());
        Layout layout = wanted.contains(Trouble.TAINTS) ? drawn.crowded() : drawn;
        calm = wanted.isEmpty() && !layout.unclear();
        boolean lost = wanted.contains(Trouble.SITES) || wanted.contains(Trouble.HUB);
        chaosEnds =
                (dice.between(20, 90) + (layout.automatic() && lost ? TIME_TO_RESPOND : 0))
                        * SECOND;
        story.tell(
                "", () -> "seed " + seed + ": " + wanted + " until " + chaosEnds / SECOND + " s");
        story.tell("", () -> layout.toString());
        world = new World(layout, agenda, dice.fork(), story);
        oracle = new Oracle(world, agenda, story);
        Network network = new Network(dice.fork());
        troubles = new Troubles(agenda, dice.fork(), story, world, network, wanted, chaosEnds);
        control =
                new ControlPlane(
                        agenda,
                        dice.fork(),
                        story,
                        new Surroundings(
                                world,
                                network,
                                troubles,
                                bugs,
                                troubles::watchTrouble,
                                troubles::topicTrouble,
                                oracle::called,
                                oracle.isolation()::published));
        people = new People(agenda, dice.fork(), story, world, chaosEnds);
        Dice when = dice.fork();
        closures =
                wanted.contains(Trouble.TAINTS)
                        ? Optional.of(new Closures(agenda, dice.fork(), story, world, chaosEnds))
                        : Optional.empty();
        agenda.after(when.between(2000, 15_000) * Agenda.MILLI, people::firstOrder);
    }

    /** Calm ones, hectic ones, and everything between. */
    private static Set<Trouble> draw(Set<Trouble> allowed, Dice dice) {
        double share = dice.of(java.util.List.of(0.0, 0.15, 0.3, 0.6));
        Set<Trouble> wanted = EnumSet.noneOf(Trouble.class);
        for (Trouble trouble : Trouble.values()) {
            if (dice.chance(share) && allowed.contains(trouble)) {
                wanted.add(trouble);
            }
        }
        return wanted;
    }

    public Outcome run() {
        try {
            play();
        } catch (RuntimeException e) {
            oracle.found("Bug", stack(e));
        }
        return new Outcome(
                seed, oracle.violation(), steps, agenda.micros() / 1e6, ends(), story.lines());
    }

    private void play() {
        troubles.begin(control);
        if (troubles.has(Trouble.GIT)) {
            people.gitTool();
        }
        if (troubles.has(Trouble.PEOPLE)) {
            people.meddle();
        }
        if (troubles.has(Trouble.ORDERS)) {
            people.moreOrders();
        }
        if (troubles.has(Trouble.EMERGENCIES)) {
            troubles.whenSiteIsLost(people::emergency);
            people.panic();
        }
        closures.ifPresent(Closures::begin);
        control.start();
        until(chaosEnds);
        if (failed()) {
            return;
        }
        troubles.end();
        closures.ifPresent(Closures::end);
        people.repairUntilQuiet();
        long patience = agenda.micros() + PATIENCE;
        while (!settled() && agenda.micros() < patience && !failed()) {
            until(agenda.micros() + 5 * SECOND);
        }
        // People's last edits, and what was stubborn, still have their consequences.
        until(agenda.micros() + 30 * SECOND);
        while (agenda.micros() - oracle.lastWrite() < QUIET
                && agenda.micros() < patience + QUIET
                && !failed()) {
            until(oracle.lastWrite() + QUIET);
        }
        if (!failed()) {
            if (agenda.micros() - oracle.lastWrite() < QUIET) {
                oracle.found("I9", "still writing long after everything has settled");
            }
            oracle.end().check();
            if (calm) {
                oracle.end().checkCalm();
            }
        }
    }

    private boolean settled() {
        return oracle.end().open().isEmpty() && !oracle.end().anyLocked();
    }

    private boolean failed() {
        return oracle.violation().isPresent();
    }

    private void until(long micros) {
        while (!failed() && agenda.step(micros)) {
            oracle.look();
            if (++steps > MOST_STEPS) {
                oracle.found("I9", "no end after " + steps + " steps");
            }
        }
    }

    private Map<String, Integer> ends() {
        Map<String, Integer> ends = new TreeMap<>();
        world.at(World.QUORUM)
                .list(ResourceKind.FAILOVER, null)
                .forEach(f -> ends.merge(end(f), 1, Integer::sum));
        return ends;
    }

    private static String end(io.siterecovery.tests.simulation.world.Stored failover) {
        String state = failover.text("status", "state");
        for (var condition : failover.at("status", "conditions")) {
            if (condition.path("type").asText().equals("Succeeded")) {
                return state + " " + condition.path("reason").asText();
            }
        }
        return state.isEmpty() ? "open" : state;
    }

    static String stack(Throwable thrown) {
        StringBuilder text = new StringBuilder(thrown.toString());
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            text.append("\n  ").append(t);
            for (StackTraceElement frame : t.getStackTrace()) {
                if (frame.getClassName().startsWith("io.siterecovery")) {
                    text.append("\n    at ").append(frame);
                }
            }
        }
        return text.toString();
    }

    Optional<Violation> violation() {
        return oracle.violation();
    }
}
