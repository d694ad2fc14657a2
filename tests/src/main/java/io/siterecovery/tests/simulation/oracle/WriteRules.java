package io.siterecovery.tests.simulation.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.world.ApiServer.Change;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/** Judges each write of the control plane at the moment it lands. */
final class WriteRules {

    /** A wish that was true so recently may still be what a write was decided on. */
    private static final long STALE = 90 * Agenda.SECOND;

    private final World world;
    private final Truth truth;
    private final LongSupplier now;
    private final BiConsumer<String, String> found;
    private final Map<Group, Map<Long, Holder>> holders = new HashMap<>();
    private final Map<String, Claim> highest = new HashMap<>();
    private final Map<String, Long> wishedStopped = new HashMap<>();
    private final Set<String> everFenced = new HashSet<>();
    private final Map<Group, Set<String>> disturbed = new HashMap<>();
    private final Set<String> unpreventable = new HashSet<>();

    WriteRules(World world, Truth truth, LongSupplier now, BiConsumer<String, String> found) {
        this.world = world;
        this.truth = truth;
        this.now = now;
        this.found = found;
        if (world.layout().unclear()) {
            world.layout()
                    .groups()
                    .getFirst()
                    .machines()
                    .forEach(m -> unpreventable.add(place(World.WEST, m.namespace(), m.name())));
        }
    }

    void landed(Change change) {
        String kind = change.key().kind().kind();
        if (change.author().ours()) {
            neverDone(change, kind);
        }
        switch (kind) {
            case "VirtualMachine" -> virtualMachine(change);
            case "ConfigMap" -> fence(change);
            case "GroupOwnership" -> closed(change);
            case "ProtectionGroup" -> wish(change);
            default -> {}
        }
    }

    private void neverDone(Change change, String kind) {
        boolean disk = kind.equals("PersistentVolumeClaim") || kind.equals("PersistentVolume");
        if (change.now() == null && (disk || kind.equals("VirtualMachine"))) {
            found.accept("I12", change.author().who() + " deleted " + change.key());
        }
    }

    private void wish(Change change) {
        Stored now = change.now();
        boolean stopped =
                now == null
                        || now.text("spec", "desiredState").equals("stopped")
                        || now.at("spec", "paused").asBoolean();
        boolean was =
                change.before() != null
                        && change.before().text("spec", "desiredState").equals("stopped");
        if ((stopped || was) && change.author().human()) {
            wishedStopped.put(change.key().name(), this.now.getAsLong());
        }
    }

    private void virtualMachine(Change change) {
        String site = change.server().name();
        Optional<Group> group = truth.groupOf(change.key().namespace(), change.key().name());
        if (group.isEmpty() || change.now() == null) {
            return;
        }
        boolean ran = change.before() != null && !halted(change.before());
        boolean runs = !halted(change.now());
        if (change.author().human() && runs && !ran) {
            startedByPeople(site, group.get(), change);
        }
        if (!change.author().ours()) {
            return;
        }
        claims(change);
        if (runs && !ran) {
            unpreventable.remove(site + "/" + change.key());
        }
        Optional<Ownership> ownership = truth.ownership(group.get());
        if (runs && !ran) {
            started(site, group.get(), ownership, change);
        } else if (ran && !runs) {
            stopped(site, group.get(), ownership, change);
        }
    }

    static boolean halted(Stored vm) {
        JsonNode spec = vm.at("spec");
        return spec.has("running")
                ? !spec.get("running").asBoolean()
                : spec.path("runStrategy").asText().equals("Halted");
    }

    /** I4: what carries an older claim lands on nothing that has seen a newer one. */
    private void claims(Change change) {
        Stored now = change.now();
        Optional<Claim> written =
                now == null ? Optional.empty() : Claim.parse(now.annotation(ApiGroups.CLAIM));
        if (written.isEmpty()) {
            return;
        }
        String place = change.server().name() + "/" + change.key();
        Claim before = highest.get(place);
        if (before != null && before.isHigherThan(written.get())) {
            found.accept(
                    "I4",
                    change.author().who()
                            + " wrote "
                            + written.get()
                            + " on "
                            + change.key()
                            + " of "
                            + change.server().name()
                            + " after "
                            + before);
        } else {
            highest.put(place, written.get());
        }
    }

    /** Only where the group is held, or where its Close has not arrived yet. */
    private void started(String site, Group group, Optional<Ownership> ownership, Change change) {
        boolean may =
                ownership
                        .map(
                                o ->
                                        switch (o.holder()) {
                                            case Holder.At(var at) -> at.name().equals(site);
                                            case Holder.Moving(var from, _) ->
                                                    from.name().equals(site)
                                                            && claimed(change).epoch() < o.epoch();
                                            case Holder.Unclaimed() -> false;
                                        })
                        .orElse(false);
        if (!may) {
            found.accept(
                    "I1",
                    change.author().who()
                            + " started "
                            + change.key()
                            + " on "
                            + site
                            + " while "
                            + group
                            + " is "
                            + ownership.map(Ownership::holder));
        }
    }

    private static Claim claimed(Change change) {
        Stored now = change.now();
        return (now == null
                        ? Optional.<Claim>empty()
                        : Claim.parse(now.annotation(ApiGroups.CLAIM)))
                .orElse(new Claim("", "", Long.MAX_VALUE, 0));
    }

    /** Nothing is stopped where the group is held, unless its owner wishes so. */
    private void stopped(String site, Group group, Optional<Ownership> ownership, Change change) {
        Long wished = wishedStopped.get(group.name());
        boolean wish = wished != null && now.getAsLong() - wished < STALE;
        // Whoever holds it since the claim was stamped has not arrived there yet.
        boolean heldHere =
                ownership.filter(o -> o.holder().isAt(new ClusterId(site))).isPresent()
                        && heldUnder(group, claimed(change), site);
        boolean unclaimed = ownership.map(o -> o.holder() instanceof Holder.Unclaimed).orElse(true);
        if (unclaimed || (heldHere && !wish)) {
            found.accept(
                    "Close",
                    change.author().who()
                            + " stopped "
                            + change.key()
                            + " on "
                            + site
                            + " while "
                            + group
                            + " is "
                            + ownership.map(Ownership::holder));
        }
    }

    private boolean heldUnder(Group group, Claim claim, String site) {
        Map<Long, Holder> known = holders.getOrDefault(group, Map.of());
        Holder then = known.get(claim.epoch());
        return then == null || then.isAt(new ClusterId(site));
    }

    /** People may start what is not held back; what the fence should hold, they must not. */
    private void startedByPeople(String site, Group group, Change change) {
        Optional<Ownership> ownership = truth.ownership(group);
        if (ownership.filter(o -> o.holder().isAt(new ClusterId(site))).isPresent()) {
            return;
        }
        String place = site + "/" + change.key();
        if (truth.unclaimed(group)
                || !world.at(site).admission().inForce(group.namespace())
                || !everFenced.contains(place)) {
            disturbed.computeIfAbsent(group, g -> new HashSet<>()).add(site);
            unpreventable.add(place);
        } else {
            found.accept(
                    "Fence",
                    change.author().who() + " could start " + change.key() + " on " + site);
        }
    }

    private void fence(Change change) {
        if (!change.key().name().equals(ApiGroups.FENCE)) {
            return;
        }
        String site = change.server().name();
        JsonNode before = change.before() == null ? null : change.before().at("data");
        JsonNode after = change.now() == null ? null : change.now().at("data");
        if (after != null) {
            after.properties()
                    .forEach(
                            e -> everFenced.add(place(site, change.key().namespace(), e.getKey())));
        }
        if (before != null && change.author().human()) {
            // Before the guard is in force people may; after it they could not.
            before.properties()
                    .forEach(
                            e ->
                                    everFenced.remove(
                                            place(site, change.key().namespace(), e.getKey())));
        }
        if (before != null && change.author().ours()) {
            before.properties()
                    .forEach(
                            e -> {
                                if (after == null || !after.has(e.getKey())) {
                                    unlisted(
                                            site,
                                            change,
                                            e.getKey(),
                                            Claim.parse(e.getValue().asText()));
                                }
                            });
        }
    }

    /** Only where the group is held, or where its Close has not arrived yet. */
    private void unlisted(String site, Change change, String vm, Optional<Claim> under) {
        Optional<Group> group = truth.groupOf(change.key().namespace(), vm);
        if (group.isEmpty()) {
            return;
        }
        boolean closing =
                movingFrom(group.get(), site)
                        && under.filter(c -> c.epoch() < epoch(group.get())).isPresent();
        if (!truth.heldAt(group.get(), site) && !closing) {
            found.accept(
                    "I1",
                    change.author().who()
                            + " opened the fence of "
                            + vm
                            + " on "
                            + site
                            + " while "
                            + group.get()
                            + " is "
                            + truth.ownership(group.get()).map(Ownership::holder));
        }
        everFenced.remove(place(site, change.key().namespace(), vm));
    }

    private long epoch(Group group) {
        return truth.ownership(group).map(Ownership::epoch).orElse(0L);
    }

    private boolean movingFrom(Group group, String site) {
        return truth.ownership(group)
                .filter(
                        o ->
                                o.holder() instanceof Holder.Moving(var from, _)
                                        && from.name().equals(site))
                .isPresent();
    }

    /** What people did before Close is over with it. */
    private void closed(Change change) {
        Stored now = change.now();
        if (now != null) {
            Ownership is = Truth.read(now);
            truth.groupOwned(change.key().namespace(), change.key().name())
                    .ifPresent(
                            group ->
                                    holders.computeIfAbsent(group, g -> new HashMap<>())
                                            .put(is.epoch(), is.holder()));
        }
        if (change.now() != null
                && Truth.read(change.now()).holder() instanceof Holder.Moving
                && (change.before() == null
                        || !(Truth.read(change.before()).holder() instanceof Holder.Moving))) {
            truth.groupOwned(change.key().namespace(), change.key().name())
                    .ifPresent(disturbed::remove);
        }
    }

    /** Whether people started VMs of the group there since Close, where nothing could hold them. */
    boolean disturbed(Group group, String site) {
        return disturbed.getOrDefault(group, Set.of()).contains(site);
    }

    /** Whether people started it where nothing could hold them back. */
    boolean excused(Guest guest) {
        return guest.startedByPeople()
                && unpreventable.contains(
                        place(guest.site(), guest.machine().namespace(), guest.machine().name()));
    }

    private static String place(String site, String namespace, String vm) {
        return site + "/VirtualMachine " + namespace + "/" + vm;
    }
}
