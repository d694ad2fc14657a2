package io.siterecovery.sandbox.players;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The DRBD kernels of all nodes of both sites: one truth about roles, disks and links, told to each
 * node's {@code drbdsetup} as that node's kernel would see it.
 *
 * <p>It refuses and allows exactly what DRBD does: with quorum off, two cut sites may both be
 * opened.
 */
public final class DrbdWorld implements AutoCloseable {

    public enum Protocol {
        A,
        C
    }

    public enum Quorum {
        OFF,
        MAJORITY
    }

    public record Options(Protocol protocol, Quorum quorum) {}

    public enum Use {
        OPENED,
        CLOSED
    }

    /** A device became usable, or ceased to be, on one node; {@code nanoTime} orders them. */
    public record UseEvent(long nanoTime, String node, String resource, Use use) {}

    /** What a guest writes while its volume is open. */
    private static final long WRITE_KIB_PER_SECOND = 64;

    private static final int FIRST_MINOR = 1000;
    private static final int FIRST_PORT = 7000;

    private final Object lock = new Object();
    private final Map<String, NodeKernel> nodes = new LinkedHashMap<>();
    private final Map<String, String> sites = new HashMap<>();
    private final Map<String, ReplicatedResource> resources = new LinkedHashMap<>();
    private final Set<Set<String>> cuts = new HashSet<>();
    private final Map<PeerLink, Long> resyncSince = new HashMap<>();
    private final Map<String, Long> writtenUntil = new HashMap<>();
    private final List<UseEvent> uses = new ArrayList<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("drbd-world").factory());
    private final Clock clock =
            Clock.tick(Clock.system(ZoneId.systemDefault()), Duration.ofNanos(1_000));
    private final ReplicatedResource.Kernel kernel = new Kernels();
    private final ControlServer control;
    private long resyncKibPerSecond = 200 * 1024;
    private long generation;
    private int created;

    /** Hears that something about a resource, or the power of a node, is different now. */
    public interface Listener {
        void resourceChanged(String resource);

        void powerChanged(String node);
    }

    /** One machine: its kernel and the drbdsetup processes that listen to it. */
    private static final class NodeKernel {
        private final String address;
        private final List<EventStream> streams = new ArrayList<>();
        private boolean powered = true;

        NodeKernel(String address) {
            this.address = address;
        }
    }

    private DrbdWorld() throws IOException {
        control = new ControlServer(this);
    }

    /** Opens the control socket on loopback that the stand-ins of drbdsetup connect to. */
    public static DrbdWorld start() {
        try {
            return new DrbdWorld();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the DRBD control socket on loopback", e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        control.close();
        synchronized (lock) {
            nodes.values().forEach(n -> n.streams.forEach(EventStream::end));
        }
    }

    // --- the machines ---

    public void addNode(String site, String node) {
        synchronized (lock) {
            String address = "10.9.%d.%d".formatted(nodes.size() / 250, nodes.size() % 250 + 1);
            nodes.putIfAbsent(node, new NodeKernel(address));
            sites.putIfAbsent(node, site);
        }
    }

    public void powerOff(String node) {
        synchronized (lock) {
            NodeKernel kernelOf = kernelOf(node);
            if (!kernelOf.powered) {
                return;
            }
            accountWrites();
            kernelOf.streams.forEach(EventStream::end);
            kernelOf.streams.clear();
            kernelOf.powered = false;
            for (ReplicatedResource resource : resources.values()) {
                resource.on(node).ifPresent(r -> recordClosed(r, () -> resource.powerOff(r)));
            }
        }
        listeners.forEach(l -> l.powerChanged(node));
    }

    public void powerOn(String node) {
        synchronized (lock) {
            NodeKernel kernelOf = kernelOf(node);
            if (kernelOf.powered) {
                return;
            }
            accountWrites();
            kernelOf.powered = true;
            resources.values().forEach(r -> r.on(node).ifPresent(r::bringUp));
        }
        listeners.forEach(l -> l.powerChanged(node));
    }

    /** The site a node was added to; empty when there is no such node. */
    public Optional<String> siteOf(String node) {
        synchronized (lock) {
            return Optional.ofNullable(sites.get(node));
        }
    }

    public boolean isPowered(String node) {
        synchronized (lock) {
            return nodes.containsKey(node) && kernelOf(node).powered;
        }
    }

    /** The network between two nodes drops everything; each side notices at once. */
    public void cutLink(String nodeA, String nodeB) {
        synchronized (lock) {
            accountWrites();
            if (cuts.add(Set.of(nodeA, nodeB))) {
                onBoth(nodeA, nodeB, ReplicatedResource::cut);
            }
        }
    }

    public void healLink(String nodeA, String nodeB) {
        synchronized (lock) {
            accountWrites();
            if (cuts.remove(Set.of(nodeA, nodeB))) {
                onBoth(nodeA, nodeB, ReplicatedResource::heal);
            }
        }
    }

    /** How fast a resync runs; it lasts out-of-sync divided by this. */
    public void resyncRate(long bytesPerSecond) {
        synchronized (lock) {
            resyncKibPerSecond = Math.max(1, bytesPerSecond / 1024);
        }
    }

    // --- the resources ---

    /** All replicas start UpToDate and Connected, as after a finished initial sync. */
    public void createResource(String resource, long bytes, List<String> nodes, Options options) {
        synchronized (lock) {
            if (resources.containsKey(resource)) {
                throw new IllegalArgumentException("resource exists: " + resource);
            }
            int index = created++;
            var added =
                    new ReplicatedResource(
                            resource,
                            bytes / 1024,
                            FIRST_MINOR + index,
                            options,
                            kernel,
                            (a, b) -> !cuts.contains(Set.of(a, b)));
            for (String node : nodes) {
                added.replicas.add(
                        new Replica(added, node, added.replicas.size(), kernelOf(node).address));
            }
            added.link(FIRST_PORT + index);
            resources.put(resource, added);
            added.bringUpInSync(
                    added.replicas.stream().filter(r -> kernelOf(r.node).powered).toList());
        }
    }

    public void deleteResource(String resource) {
        synchronized (lock) {
            ReplicatedResource gone = resources.get(resource);
            if (gone == null) {
                return;
            }
            if (gone.replicas.stream().anyMatch(r -> r.open)) {
                throw new IllegalStateException(
                        resource + ": (-18) Device is held open by someone");
            }
            gone.takeDown();
            resources.remove(resource);
        }
    }

    public boolean exists(String resource) {
        synchronized (lock) {
            return resources.containsKey(resource);
        }
    }

    public boolean hasReplica(String node, String resource) {
        synchronized (lock) {
            return resources.containsKey(resource) && on(node, resource).isPresent();
        }
    }

    /**
     * Opens the device for writing, which promotes it. Opening what is open already changes
     * nothing.
     *
     * @return empty when it is open now, else the refusal as the kernel words it
     */
    public Optional<String> open(String node, String resource) {
        Optional<String> refusal;
        synchronized (lock) {
            Optional<Replica> replica = on(node, resource);
            if (replica.isEmpty()) {
                return Optional.of(
                        "open(/dev/drbd/by-res/%s/0): No such device".formatted(resource));
            }
            accountWrites();
            boolean before = replica.get().open;
            refusal = replica.get().resource.open(replica.get());
            if (refusal.isEmpty() && !before) {
                uses.add(new UseEvent(System.nanoTime(), node, resource, Use.OPENED));
            }
        }
        return refusal;
    }

    public void close(String node, String resource) {
        synchronized (lock) {
            Optional<Replica> replica = on(node, resource);
            if (replica.isEmpty() || !replica.get().open) {
                return;
            }
            accountWrites();
            ReplicatedResource of = replica.get().resource;
            recordClosed(replica.get(), () -> of.close(replica.get()));
        }
        listeners.forEach(l -> l.resourceChanged(resource));
    }

    /** Whether a resource on this node that needs a quorum has none. */
    boolean lostQuorum(String node) {
        synchronized (lock) {
            return resources.values().stream()
                    .flatMap(r -> r.on(node).stream())
                    .anyMatch(r -> r.up && !r.quorum);
        }
    }

    public boolean isOpen(String node, String resource) {
        synchronized (lock) {
            return on(node, resource).filter(r -> r.open).isPresent();
        }
    }

    /** Whether a guest's write on this node would be acknowledged now. */
    public boolean canWrite(String node, String resource) {
        synchronized (lock) {
            return on(node, resource).filter(Replica::writing).isPresent();
        }
    }

    /**
     * {@code connect --discard-my-data} on one side of a split brain and {@code connect} on the
     * other.
     */
    public void discardData(String loser, String winner, String resource) {
        synchronized (lock) {
            accountWrites();
            Replica discarded = on(loser, resource).orElseThrow();
            if (discarded.primary) {
                throw new IllegalStateException(resource + " is Primary on " + loser);
            }
            discarded.resource.discardData(discarded, on(winner, resource).orElseThrow());
        }
    }

    /**
     * {@code drbdadm primary --force} and {@code drbdadm secondary}: the data here is declared
     * good.
     */
    public void force(String node, String resource) {
        synchronized (lock) {
            accountWrites();
            Replica forced = on(node, resource).orElseThrow();
            if (forced.primaryPeer().isPresent()) {
                throw new IllegalStateException(resource + " is Primary elsewhere");
            }
            forced.resource.force(forced);
        }
        listeners.forEach(l -> l.resourceChanged(resource));
    }

    /** Every open and close there has been, oldest first. */
    public List<UseEvent> uses() {
        synchronized (lock) {
            return List.copyOf(uses);
        }
    }

    /** The moments at which a resource was open on two nodes at once; empty is the promise kept. */
    public List<UseEvent> doubleUses() {
        var open = new HashMap<String, Set<String>>();
        var doubled = new ArrayList<UseEvent>();
        for (UseEvent event : uses()) {
            Set<String> on = open.computeIfAbsent(event.resource(), r -> new HashSet<>());
            switch (event.use()) {
                case OPENED -> on.add(event.node());
                case CLOSED -> on.remove(event.node());
            }
            if (on.size() > 1) {
                doubled.add(event);
            }
        }
        return doubled;
    }

    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    public void removeListener(Listener listener) {
        listeners.remove(listener);
    }

    // --- drbdsetup ---

    /** Writes the stand-in for this node's drbdsetup and drbdadm into {@code dir}. */
    public List<String> drbdsetupCommand(String node, Path dir) {
        return List.of(control.install(node, dir).toString());
    }

    /** A new events2 stream, or empty when the node is off. */
    Optional<EventStream> stream(String node, Events2Options options) {
        synchronized (lock) {
            NodeKernel kernelOf = nodes.get(node);
            if (kernelOf == null || !kernelOf.powered) {
                return Optional.empty();
            }
            accountWrites();
            var stream = new EventStream(options, clock);
            stream.dump(objects(node, options.resource()));
            if (options.now() && !options.poll()) {
                stream.end();
            } else {
                kernelOf.streams.add(stream);
            }
            return Optional.of(stream);
        }
    }

    void poll(String node, EventStream stream, Events2Options options) {
        synchronized (lock) {
            accountWrites();
            List<EventObject> now = objects(node, options.resource());
            if (options.now()) {
                stream.dump(now);
            } else {
                stream.poll(now);
            }
        }
    }

    void unsubscribe(String node, EventStream stream) {
        synchronized (lock) {
            kernelOf(node).streams.remove(stream);
        }
        stream.end();
    }

    /** This node's configured replicas, for the JSON documents. */
    Optional<String> document(String node, Function<List<Replica>, String> json) {
        synchronized (lock) {
            if (!isPowered(node)) {
                return Optional.empty();
            }
            accountWrites();
            return Optional.of(
                    json.apply(
                            resources.values().stream()
                                    .flatMap(r -> r.on(node).stream())
                                    .filter(r -> r.up)
                                    .toList()));
        }
    }

    private List<EventObject> objects(String node, Optional<String> only) {
        return resources.values().stream()
                .filter(r -> only.isEmpty() || only.get().equals(r.name))
                .flatMap(r -> r.on(node).stream())
                .flatMap(r -> r.objects().stream())
                .toList();
    }

    private Optional<Replica> on(String node, String resource) {
        return Optional.ofNullable(resources.get(resource)).flatMap(r -> r.on(node));
    }

    private NodeKernel kernelOf(String node) {
        NodeKernel kernelOf = nodes.get(node);
        if (kernelOf == null) {
            throw new IllegalArgumentException("unknown node: " + node);
        }
        return kernelOf;
    }

    private interface OnBoth {
        void apply(ReplicatedResource resource, Replica a, Replica b);
    }

    private void onBoth(String nodeA, String nodeB, OnBoth action) {
        for (ReplicatedResource resource : resources.values()) {
            Optional<Replica> a = resource.on(nodeA);
            Optional<Replica> b = resource.on(nodeB);
            if (a.isPresent() && b.isPresent()) {
                action.apply(resource, a.get(), b.get());
            }
        }
    }

    private void recordClosed(Replica replica, Runnable change) {
        boolean wasOpen = replica.open;
        change.run();
        if (wasOpen) {
            uses.add(
                    new UseEvent(
                            System.nanoTime(), replica.node, replica.resource.name, Use.CLOSED));
        }
    }

    /** Guests write all the time; it is added up whenever somebody looks or something changes. */
    private void accountWrites() {
        long now = System.nanoTime();
        for (ReplicatedResource resource : resources.values()) {
            for (Replica replica : resource.replicas) {
                String key = resource.name + "/" + replica.node;
                if (!replica.writing()) {
                    writtenUntil.remove(key);
                    continue;
                }
                long since = writtenUntil.getOrDefault(key, now);
                long blocks = (now - since) / (1_000_000_000L * 4 / WRITE_KIB_PER_SECOND);
                writtenUntil.put(key, since + blocks * (1_000_000_000L * 4 / WRITE_KIB_PER_SECOND));
                if (blocks > 0) {
                    resource.write(replica, blocks * 4);
                }
            }
        }
        resyncSince.forEach(
                (source, since) ->
                        source.resynced((now - since) / 1_000_000 * resyncKibPerSecond / 1000));
    }

    private final class Kernels implements ReplicatedResource.Kernel {
        @Override
        public void event(ReplicatedResource resource, Set<Replica> touched) {
            for (Replica replica : resource.replicas) {
                List<EventStream> streams = kernelOf(replica.node).streams;
                if (!streams.isEmpty()) {
                    List<EventObject> objects = replica.objects();
                    boolean also = touched.contains(replica);
                    streams.forEach(s -> s.show(resource.name, objects, also));
                }
            }
        }

        @Override
        public void helper(Replica replica, String keys, String helper) {
            kernelOf(replica.node).streams.forEach(s -> s.helper(keys, helper));
        }

        @Override
        public void startResync(ReplicatedResource resource, PeerLink source) {
            long since = System.nanoTime();
            resyncSince.put(source, since);
            long millis = Math.max(1, source.outOfSyncKib * 1000 / resyncKibPerSecond);
            var _ =
                    timer.schedule(
                            () -> finish(resource, source, since), millis, TimeUnit.MILLISECONDS);
        }

        /** Of this resync, unless it was interrupted and another one runs. */
        private void finish(ReplicatedResource resource, PeerLink source, long since) {
            synchronized (lock) {
                accountWrites();
                if (!resyncSince.remove(source, since)) {
                    return;
                }
                resource.finishResync(source);
            }
            listeners.forEach(l -> l.resourceChanged(resource.name));
        }

        @Override
        public long newGeneration() {
            return ++generation;
        }

        @Override
        public long resyncKibPerSecond() {
            return resyncKibPerSecond;
        }
    }
}
