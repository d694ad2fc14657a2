package io.siterecovery.agent.core;

import io.siterecovery.agent.core.EventLine.Action;
import io.siterecovery.agent.core.EventLine.DumpEnd;
import io.siterecovery.agent.core.EventLine.Helper;
import io.siterecovery.agent.core.EventLine.ObjectLine;
import io.siterecovery.agent.core.EventLine.Renamed;
import io.siterecovery.agent.core.EventLine.Skipped;
import io.siterecovery.agent.core.EventLine.Unparsed;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Merges the lines of one stream into what is true now of each resource. It starts from nothing
 * with each stream; until {@link #complete} what is absent here may exist.
 */
public final class ResourceTable {

    private static final Set<String> RESYNC_KEYS = Set.of("done", "dbdt1", "eta");
    private static final int MOST_UNKNOWN_KEYS = 100;

    /** All that was said of one resource: keys and values as printed. */
    static final class Resource {
        final Map<String, String> keys = new HashMap<>();
        final Map<Integer, Map<String, String>> volumes = new TreeMap<>();
        final Map<Integer, Peer> peers = new TreeMap<>();
    }

    /** All that was said of one connection. */
    static final class Peer {
        final String name;
        final Map<String, String> keys = new HashMap<>();
        final Map<Integer, Map<String, String>> volumes = new TreeMap<>();
        final Map<ObjectId.Path, Map<String, String>> paths = new HashMap<>();

        Peer(String name) {
            this.name = name;
        }
    }

    private final Map<String, Resource> resources = new TreeMap<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final Set<String> unknownKeys = new TreeSet<>();
    private boolean complete;

    public void apply(EventLine line) {
        switch (line) {
            case ObjectLine object -> apply(object);
            case Renamed renamed -> rename(renamed);
            case DumpEnd ignored -> complete = true;
            case Helper ignored -> {}
            case Skipped ignored -> {}
            case Unparsed ignored -> {}
        }
    }

    /** Whether the stream has passed {@code exists -}. */
    public boolean complete() {
        return complete;
    }

    public Set<String> names() {
        return Set.copyOf(resources.keySet());
    }

    /** Names of the resources that lines were about since the last call, gone ones too. */
    public Set<String> takeChanged() {
        Set<String> taken = new LinkedHashSet<>(changed);
        changed.clear();
        return taken;
    }

    /** Keys that we do not know, as {@code <object>.<key>}. */
    public Set<String> unknownKeys() {
        return Set.copyOf(unknownKeys);
    }

    @Nullable Resource resource(String name) {
        return resources.get(name);
    }

    private void apply(ObjectLine line) {
        changed.add(line.id().resource());
        noteUnknownKeys(line);
        if (line.action() == Action.DESTROY) {
            destroy(line.id());
            return;
        }
        if (line.id() instanceof ObjectId.Resource resource && line.action() != Action.CHANGE) {
            resources.put(resource.resource(), new Resource());
        }
        Map<String, String> known = find(line.id());
        if (line.action() != Action.CHANGE) {
            known.clear();
        }
        if (line.keys().containsKey("replication") && !line.keys().containsKey("done")) {
            known.keySet().removeAll(RESYNC_KEYS);
        }
        known.putAll(line.keys());
    }

    private Map<String, String> find(ObjectId id) {
        Resource resource = resources.computeIfAbsent(id.resource(), name -> new Resource());
        return switch (id) {
            case ObjectId.Resource ignored -> resource.keys;
            case ObjectId.Device device ->
                    resource.volumes.computeIfAbsent(device.volume(), v -> new HashMap<>());
            case ObjectId.Connection connection ->
                    peer(resource, connection.peerNodeId(), connection.connectionName()).keys;
            case ObjectId.PeerDevice device ->
                    peer(resource, device.peerNodeId(), device.connectionName())
                            .volumes
                            .computeIfAbsent(device.volume(), v -> new HashMap<>());
            case ObjectId.Path path ->
                    peer(resource, path.peerNodeId(), path.connectionName())
                            .paths
                            .computeIfAbsent(path, p -> new HashMap<>());
        };
    }

    private static Peer peer(Resource resource, int nodeId, String name) {
        Peer known = resource.peers.get(nodeId);
        if (known != null && known.name.equals(name)) {
            return known;
        }
        Peer peer = new Peer(name);
        resource.peers.put(nodeId, peer);
        return peer;
    }

    private void destroy(ObjectId id) {
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
                    peer.paths.remove(path);
                }
            }
        }
    }

    private void rename(Renamed line) {
        Resource resource = resources.remove(line.resource());
        if (resource != null) {
            resources.put(line.newName(), resource);
        }
        changed.add(line.resource());
        changed.add(line.newName());
    }

    private void noteUnknownKeys(ObjectLine line) {
        ObjectKind kind = line.id().kind();
        for (String key : line.keys().keySet()) {
            if (!kind.knows(key) && unknownKeys.size() < MOST_UNKNOWN_KEYS) {
                unknownKeys.add(kind.word() + "." + key);
            }
        }
    }
}
