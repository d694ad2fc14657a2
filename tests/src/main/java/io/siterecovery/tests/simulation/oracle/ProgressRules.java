package io.siterecovery.tests.simulation.oracle;

import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.world.ApiServer.Change;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** What a Failover says of itself must be so. */
final class ProgressRules {

    /** What was decided before may land so much later. */
    private static final long LAST_LATE_WRITE = 65 * Agenda.SECOND;

    private final World world;
    private final Truth truth;
    private final OwnershipRules ownerships;
    private final BiConsumer<String, String> found;
    private final Set<Machine> overridden = new HashSet<>();

    ProgressRules(
            World world, Truth truth, OwnershipRules ownerships, BiConsumer<String, String> found) {
        this.world = world;
        this.truth = truth;
        this.ownerships = ownerships;
        this.found = found;
    }

    /**
     * Whether somebody's word, and not a proof, made a second writer possible, as the record says.
     */
    boolean overridden(Machine machine) {
        return overridden.contains(machine);
    }

    void landed(Change change) {
        Stored now = change.now();
        if (now == null
                || !change.key().kind().equals(ResourceKind.FAILOVER)
                || !change.server().name().equals(World.QUORUM)) {
            return;
        }
        boolean byItself = change.before() == null && change.key().name().startsWith("auto-");
        if (byItself && world.deaf() > LAST_LATE_WRITE) {
            found.accept("Brake", change.key() + " was ordered while neither site was heard of");
        }
        if (now.at("status", "conditions").findValuesAsText("type").contains("SafetyOverridden")) {
            group(change, now).ifPresent(g -> overridden.addAll(g.machines()));
        }
        String state = now.text("status", "state");
        String before = change.before() == null ? "" : change.before().text("status", "state");
        if (!before.isEmpty() && !state.equals(before)) {
            found.accept("Done", change.key() + " was " + before + " and is " + state);
        }
        boolean lost =
                now.text("status", "dataLoss", "verdict").equals("NoLoss")
                        && ownerships.lossless(now.uid()).filter(none -> !none).isPresent();
        if (lost) {
            found.accept("Loss", change.key() + " says NoLoss, but writes were lost");
        }
        if (state.equals("Completed")
                && before.isEmpty()
                && !now.at("spec", "dryRun").asBoolean()) {
            completed(change, now);
        }
    }

    private Optional<Group> group(Change change, Stored failover) {
        return world.layout().groups().stream()
                .filter(g -> change.key().namespace().equals("dr-" + g.deployment()))
                .filter(g -> failover.text("status", "operation", "group").equals(g.toString()))
                .findFirst();
    }

    /** Each VM has been started at the target since it was granted. */
    private void completed(Change change, Stored failover) {
        String target = failover.text("status", "targetCluster");
        Optional<Group> group = group(change, failover);
        if (group.isEmpty()) {
            return;
        }
        if (!truth.heldAt(group.get(), target)) {
            found.accept("Done", change.key() + " is Completed, but not held by " + target);
        }
        for (Machine machine : group.get().machines()) {
            boolean ran =
                    world.kubeVirt(target).guest(machine).filter(Guest::hasRun).isPresent()
                            || world.kubeVirt(target)
                                    .hasRunSince(machine, ownerships.heldSince(group.get()));
            if (truth.isMember(group.get(), machine) && !ran) {
                found.accept("Done", change.key() + " is Completed, but " + machine + " never ran");
            }
        }
    }
}
