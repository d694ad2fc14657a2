package io.siterecovery.tests.simulation.control;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.world.ApiServer;
import io.siterecovery.tests.simulation.world.ApiServer.Change;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.watchers.core.ClusterFacts;
import io.siterecovery.watchers.core.Projections;
import io.siterecovery.watchers.core.WatchedKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one process sees of one cluster for one deployment, and publishes as facts: lists, then
 * watches that come late, twice, or not at all until they are listed anew.
 */
final class ClusterFollow {

    private static final long CALM = 10 * Agenda.SECOND;
    private static final long DOUBT = Agenda.SECOND;
    private static final long PROBE_DEADLINE = 1_500 * Agenda.MILLI;

    /** Told of each PersistentVolume. */
    interface OnVolume {
        void seen(String key, @Nullable ClusterFact fact);
    }

    private final Process process;
    private final ApiServer server;
    private final @Nullable String namespace;
    private final Network network;
    private final FactsOut out;
    private final ClusterFacts facts;
    private final OnVolume onVolume;
    private final Dice dice;
    private final DoubleSupplier trouble;
    private final Map<WatchedKind, Stream> streams = new EnumMap<>(WatchedKind.class);
    private boolean reachable;
    private boolean known;
    private boolean complete;
    private Instant since;
    private boolean closed;

    ClusterFollow(
            Process process,
            ApiServer server,
            List<WatchedKind> kinds,
            @Nullable String namespace,
            java.util.function.Predicate<String> ownsNamespace,
            Network network,
            FactsOut out,
            OnVolume onVolume,
            Dice dice,
            DoubleSupplier trouble) {
        this.process = process;
        this.server = server;
        this.namespace = namespace;
        this.network = network;
        this.out = out;
        this.onVolume = onVolume;
        this.dice = dice;
        this.trouble = trouble;
        this.facts = new ClusterFacts(namespace == null ? ownsNamespace : namespace::equals);
        this.since = process.clock().instant();
        kinds.forEach(kind -> streams.put(kind, new Stream(kind)));
    }

    /** Withdraws what an earlier life said to be complete. */
    void withdraw() {
        publish();
    }

    void start() {
        server.listen(this::changed);
        streams.values().forEach(s -> s.list(dice.around(10 * Agenda.MILLI)));
        probe();
    }

    void close() {
        closed = true;
    }

    /** Some watch dies and nobody says so; it is listed anew later. */
    void breakSome() {
        WatchedKind kind = dice.of(List.copyOf(streams.keySet()));
        Stream stream = streams.get(kind);
        if (stream != null) {
            process.story()
                    .tell(
                            process.name(),
                            () -> "watch of " + kind + " on " + server.name() + " died");
            stream.die(dice.between(100, 20_000) * Agenda.MILLI);
        }
    }

    void listAnew(String qualifiedKind) {
        streams.values().stream()
                .filter(s -> s.kind.resource().qualified().equals(qualifiedKind))
                .forEach(s -> s.list(dice.around(5 * Agenda.MILLI)));
    }

    private void changed(Change change) {
        if (!closed && process.alive()) {
            for (Stream stream : streams.values()) {
                if (stream.kind.resource().equals(change.key().kind()) && stream.selects(change)) {
                    stream.add(change);
                }
            }
        }
    }

    private void probe() {
        boolean answers = network.reaches(server.name());
        long takes = answers ? dice.around(3 * Agenda.MILLI) : PROBE_DEADLINE;
        process.agenda()
                .after(
                        takes,
                        () ->
                                process.deliver(
                                        () -> {
                                            if (closed) {
                                                return;
                                            }
                                            turned(answers);
                                            process.agenda()
                                                    .after(
                                                            answers ? CALM : DOUBT,
                                                            () -> process.deliver(this::again));
                                        }));
    }

    private void again() {
        if (!closed) {
            probe();
        }
    }

    private void turned(boolean answers) {
        boolean back = known && answers && !reachable;
        if (!known || reachable != answers) {
            since = process.clock().instant();
        }
        known = true;
        reachable = answers;
        if (back) {
            streams.values().stream()
                    .filter(s -> !s.listed)
                    .forEach(s -> s.list(dice.around(20 * Agenda.MILLI)));
        }
        publish();
    }

    private void publish() {
        out.put(
                server.name(),
                new ReachabilityFact(reachable, complete, since, server.siteId(), ""));
    }

    private void progressed() {
        boolean all = streams.values().stream().allMatch(s -> s.listed);
        if (!all) {
            complete = false;
            publish();
            return;
        }
        out.settled()
                .onComplete(
                        _ -> {
                            if (!closed && streams.values().stream().allMatch(s -> s.listed)) {
                                complete = true;
                                publish();
                            }
                        });
    }

    private void apply(ClusterFacts.Change change) {
        String key =
                new FactKey(
                                server.name(),
                                change.kind().resource().qualified(),
                                change.namespace(),
                                change.name())
                        .toString();
        ClusterFact fact = change.fact();
        if (fact == null) {
            out.remove(key);
        } else {
            out.put(key, (Record) fact);
        }
        if (change.kind() == WatchedKind.PERSISTENT_VOLUME) {
            onVolume.seen(key, fact);
        }
    }

    /** The watch of one kind. */
    private final class Stream {
        private final WatchedKind kind;
        private final TreeMap<String, String> seen = new TreeMap<>();
        private final List<Change> pending = new ArrayList<>();
        private boolean listed;
        private boolean watching;
        private boolean waking;
        private int life;

        Stream(WatchedKind kind) {
            this.kind = kind;
        }

        boolean selects(Change change) {
            Stored object = change.now() != null ? change.now() : change.before();
            return object != null && selects(object);
        }

        boolean selects(Stored object) {
            String in = object.key().namespace();
            if (namespace != null && !in.equals(namespace)) {
                return false;
            }
            return switch (kind) {
                case LAUNCHER_POD ->
                        object.text("metadata", "labels", "kubevirt.io").equals("virt-launcher");
                case FENCE -> object.key().name().equals(ApiGroups.FENCE);
                case VIRTUAL_MACHINE,
                        VIRTUAL_MACHINE_INSTANCE,
                        PERSISTENT_VOLUME_CLAIM,
                        PERSISTENT_VOLUME,
                        STORAGE_CLASS,
                        NODE,
                        VOLUME_ATTACHMENT,
                        SECRET,
                        CONFIG_MAP,
                        SERVICE_ACCOUNT,
                        NETWORK_ATTACHMENT,
                        INSTANCETYPE,
                        CLUSTER_INSTANCETYPE,
                        PREFERENCE,
                        CLUSTER_PREFERENCE,
                        CONTROLLER_REVISION,
                        PROTECTION_GROUP,
                        FAILOVER,
                        ALIAS_PROTECTION_GROUP,
                        ALIAS_FAILOVER,
                        GROUP_OWNERSHIP,
                        PROTECTION_ZONE ->
                        true;
            };
        }

        void list(long takes) {
            int mine = ++life;
            pending.clear();
            watching = false;
            process.agenda().after(takes, () -> snapshot(mine));
        }

        /** What the list shows is of one moment; what comes after it is watched. */
        private void snapshot(int mine) {
            if (mine != life || closed || !process.alive()) {
                return;
            }
            if (!network.reaches(server.name())) {
                lost();
                return;
            }
            ResourceKind resource = kind.resource();
            List<Stored> there =
                    server.list(resource, resource.namespaced() ? namespace : "")
                            .filter(this::selects)
                            .toList();
            watching = true;
            process.agenda()
                    .after(
                            dice.around(3 * Agenda.MILLI),
                            () ->
                                    process.deliver(
                                            () -> {
                                                if (mine == life && !closed) {
                                                    listed(there);
                                                }
                                            }));
        }

        private void listed(List<Stored> there) {
            TreeSet<String> gone = new TreeSet<>(seen.keySet());
            for (Stored object : there) {
                gone.remove(place(object));
                observed(object);
            }
            gone.forEach(this::vanished);
            bury();
            listed = true;
            progressed();
            drain();
        }

        void add(Change change) {
            if (!watching) {
                return;
            }
            if (!network.reaches(server.name())) {
                // The connection hangs: what is said now is lost with it.
                lost();
                return;
            }
            pending.add(change);
            if (!waking) {
                waking = true;
                int mine = life;
                long lag =
                        dice.chance(trouble.getAsDouble())
                                ? dice.between(1, 10_000) * Agenda.MILLI
                                : dice.around(2 * Agenda.MILLI);
                process.agenda()
                        .after(
                                lag,
                                () ->
                                        process.deliver(
                                                () -> {
                                                    waking = false;
                                                    if (mine == life && listed && !closed) {
                                                        drain();
                                                    }
                                                }));
            }
        }

        private void drain() {
            List<Change> now = List.copyOf(pending);
            pending.clear();
            for (Change change : now) {
                if (change.now() != null) {
                    observed(change.now());
                    if (dice.chance(trouble.getAsDouble() / 5)) {
                        observed(change.now());
                    }
                } else if (change.before() != null) {
                    vanished(place(change.before()));
                }
            }
        }

        void die(long until) {
            watching = false;
            int mine = ++life;
            pending.clear();
            process.agenda()
                    .after(
                            until,
                            () ->
                                    process.deliver(
                                            () -> {
                                                if (mine == life && !closed) {
                                                    list(dice.around(5 * Agenda.MILLI));
                                                }
                                            }));
        }

        private void lost() {
            life++;
            watching = false;
            pending.clear();
            process.deliver(
                    () -> {
                        if (!closed) {
                            listed = false;
                            progressed();
                            retry(life);
                        }
                    });
        }

        private void retry(int mine) {
            process.agenda()
                    .after(
                            dice.around(Agenda.SECOND),
                            () ->
                                    process.deliver(
                                            () -> {
                                                if (mine == life && !closed) {
                                                    list(dice.around(5 * Agenda.MILLI));
                                                }
                                            }));
        }

        private String place(Stored object) {
            return object.key().namespace() + "/" + object.key().name();
        }

        private void observed(Stored object) {
            seen.put(place(object), "");
            facts.observed(
                            kind,
                            object.key().namespace(),
                            object.key().name(),
                            Projections.project(kind, object.object()))
                    .forEach(ClusterFollow.this::apply);
        }

        private void vanished(String place) {
            seen.remove(place);
            int slash = place.indexOf('/');
            facts.vanished(kind, place.substring(0, slash), place.substring(slash + 1))
                    .forEach(ClusterFollow.this::apply);
        }

        /** Tombstones for what an earlier life published and the cluster does not have. */
        private void bury() {
            String prefix = server.name() + "/" + kind.resource().qualified() + "/";
            for (String key : out.keys()) {
                if (key.startsWith(prefix) && !seen.containsKey(key.substring(prefix.length()))) {
                    out.remove(key);
                    if (kind == WatchedKind.PERSISTENT_VOLUME) {
                        onVolume.seen(key, null);
                    }
                }
            }
        }
    }
}
