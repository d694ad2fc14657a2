package io.siterecovery.agent.core;

import io.siterecovery.agent.core.EventLine.Action;
import io.siterecovery.agent.core.EventLine.DumpEnd;
import io.siterecovery.agent.core.EventLine.Helper;
import io.siterecovery.agent.core.EventLine.ObjectLine;
import io.siterecovery.agent.core.EventLine.Renamed;
import io.siterecovery.agent.core.EventLine.Skipped;
import io.siterecovery.agent.core.EventLine.Unparsed;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Merges the lines of one stream into what is true now of each resource. It starts from nothing
 * with each stream; until {@link #complete} what is absent here may exist.
 */
public final class ResourceTable {

    /** A node has some hundreds; more is damage, and is not kept. */
    private static final int MOST_RESOURCES = 10_000;

    private static final int MOST_PARTS = 1_000;
    private static final List<Key> RESYNC_KEYS = List.of(Key.DONE, Key.DBDT1, Key.ETA);

    /** All that was said of one resource. */
    static final class Resource {
        final Attributes said = new Attributes();
        final Map<Integer, Attributes> volumes = new TreeMap<>();
        final Map<Integer, Peer> peers = new TreeMap<>();
    }

    /** All that was said of one connection. */
    static final class Peer {
        final String name;
        final Attributes said = new Attributes();
        final Map<Integer, Attributes> volumes = new TreeMap<>();

        /** By both addresses. */
        final Map<String, Attributes> paths = new TreeMap<>();

        Peer(String name) {
            this.name = name;
        }
    }

    private final Map<String, Resource> resources = new TreeMap<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final StrangeWords strange = new StrangeWords();

    /** Resources that a dump named since the last one ended. */
    private final Set<String> dumped = new HashSet<>();

    private boolean complete;
    private boolean doubted;

    void apply(EventLine line) {
        switch (line) {
            case ObjectLine object -> apply(object);
            case Renamed renamed -> rename(renamed);
            case DumpEnd _ -> endDump();
            case Helper helper -> strange.note(helper);
            case Skipped _ -> doubted = true;
            case Unparsed unparsed -> doubted |= unparsed.damaged();
        }
    }

    /** Whether the stream has passed {@code exists -}. */
    boolean complete() {
        return complete;
    }

    /** Whether news may have been lost since the last call. */
    boolean takeDoubt() {
        boolean was = doubted;
        doubted = false;
        return was;
    }

    Set<String> names() {
        return Set.copyOf(resources.keySet());
    }

    /** Names of the resources that lines were about since the last call, gone ones too. */
    Set<String> takeChanged() {
        Set<String> taken = new LinkedHashSet<>(changed);
        changed.clear();
        return taken;
    }

    void touch(String resource) {
        changed.add(resource);
    }

    StrangeWords strange() {
        return strange;
    }

    @Nullable Resource resource(String name) {
        return resources.get(name);
    }

    /** Takes over the figures of an object that is there; what else the line says is not news. */
    void applyFigures(ObjectLine line) {
        Attributes known = known(line.id());
        if (known != null) {
            changed.add(line.id().resource());
            known.mergeFigures(line.said());
        }
    }

    /** A second dump names everything again: what it does not name is gone. */
    private void endDump() {
        if (complete) {
            Set<String> gone = new HashSet<>(resources.keySet());
            gone.removeAll(dumped);
            resources.keySet().removeAll(gone);
            changed.addAll(gone);
        }
        dumped.clear();
        complete = true;
    }

    private void apply(ObjectLine line) {
        strange.note(line);
        if (line.action() == Action.DESTROY) {
            destroy(line.id());
            return;
        }
        if (line.action() == Action.CHANGE) {
            // Its creation was never heard of: either that line or this one is damaged.
            doubted |= known(line.id()) == null;
        } else {
            forget(line.id());
        }
        Attributes known = place(line.id());
        if (known == null) {
            doubted = true;
            return;
        }
        changed.add(line.id().resource());
        if (line.action() == Action.EXISTS) {
            dumped.add(line.id().resource());
        }
        if (line.said().says(Key.REPLICATION) && !line.said().says(Key.DONE)) {
            RESYNC_KEYS.forEach(known::remove);
        }
        known.merge(line.said());
    }

    private void forget(ObjectId id) {
        if (id instanceof ObjectId.Resource) {
            resources.remove(id.resource());
        } else if (known(id) != null) {
            remove(id);
        }
    }

    private @Nullable Attributes known(ObjectId id) {
        Resource resource = resources.get(id.resource());
        if (resource == null) {
            return null;
        }
        return switch (id) {
            case ObjectId.Resource _ -> resource.said;
            case ObjectId.Device device -> resource.volumes.get(device.volume());
            case ObjectId.Connection connection -> {
                Peer peer = resource.peers.get(connection.peerNodeId());
                yield peer == null || !peer.name.equals(connection.connectionName())
                        ? null
                        : peer.said;
            }
            case ObjectId.PeerDevice device -> {
                Peer peer = resource.peers.get(device.peerNodeId());
                yield peer == null || !peer.name.equals(device.connectionName())
                        ? null
                        : peer.volumes.get(device.volume());
            }
            case ObjectId.Path path -> {
                Peer peer = resource.peers.get(path.peerNodeId());
                yield peer == null ? null : peer.paths.get(path.addresses());
            }
        };
    }

    /** Where an object's attributes are; null if there are already more than there can be. */
    private @Nullable Attributes place(ObjectId id) {
        Resource resource = place(resources, id.resource(), MOST_RESOURCES, Resource::new);
        if (resource == null) {
            return null;
        }
        return switch (id) {
            case ObjectId.Resource _ -> resource.said;
            case ObjectId.Device device ->
                    place(resource.volumes, device.volume(), MOST_PARTS, Attributes::new);
            case ObjectId.Connection connection -> {
                Peer peer = peer(resource, connection.peerNodeId(), connection.connectionName());
                yield peer == null ? null : peer.said;
            }
            case ObjectId.PeerDevice device -> {
                Peer peer = peer(resource, device.peerNodeId(), device.connectionName());
                yield peer == null
                        ? null
                        : place(peer.volumes, device.volume(), MOST_PARTS, Attributes::new);
            }
            case ObjectId.Path path -> {
                Peer peer = peer(resource, path.peerNodeId(), path.connectionName());
                yield peer == null
                        ? null
                        : place(peer.paths, path.addresses(), MOST_PARTS, Attributes::new);
            }
        };
    }

    private static <K, V> @Nullable V place(Map<K, V> map, K key, int most, Supplier<V> fresh) {
        V known = map.get(key);
        if (known == null && map.size() < most) {
            known = fresh.get();
            map.put(key, known);
        }
        return known;
    }

    private static @Nullable Peer peer(Resource resource, int nodeId, String name) {
        Peer known = resource.peers.get(nodeId);
        if (known != null && !known.name.equals(name)) {
            resource.peers.remove(nodeId);
        }
        return place(resource.peers, nodeId, MOST_PARTS, () -> new Peer(name));
    }

    private void destroy(ObjectId id) {
        if (resources.containsKey(id.resource())) {
            changed.add(id.resource());
            remove(id);
        }
    }

    private void remove(ObjectId id) {
        Resource resource = resources.get(id.resource());
        if (resource == null) {
            return;
        }
        switch (id) {
            case ObjectId.Resource gone -> resources.remove(gone.resource());
            case ObjectId.Device device -> resource.volumes.remove(device.volume());
            case ObjectId.Connection connection -> resource.peers.remove(connection.peerNodeId());
            case ObjectId.PeerDevice device -> {
                Peer peer = resource.peers.get(device.peerNodeId());
                if (peer != null) {
                    peer.volumes.remove(device.volume());
                }
            }
            case ObjectId.Path path -> {
                Peer peer = resource.peers.get(path.peerNodeId());
                if (peer != null) {
                    peer.paths.remove(path.addresses());
                }
            }
        }
    }

    private void rename(Renamed line) {
        Resource resource = resources.remove(line.resource());
        if (resource == null) {
            doubted = true;
            return;
        }
        resources.put(line.newName(), resource);
        changed.add(line.resource());
        changed.add(line.newName());
    }
}
