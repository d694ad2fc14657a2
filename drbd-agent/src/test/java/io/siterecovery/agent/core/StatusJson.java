package io.siterecovery.agent.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is comparable of a {@code status --json} document and of our own states: per resource, one
 * line for each object.
 */
final class StatusJson {

    static Map<String, List<String>> read(Path file) throws IOException {
        Map<String, List<String>> resources = new TreeMap<>();
        for (JsonNode resource : new ObjectMapper().readTree(file.toFile())) {
            resources.put(resource.get("name").asText(), lines(resource));
        }
        return resources;
    }

    private static List<String> lines(JsonNode resource) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "role %s suspended %s failing %s"
                        .formatted(
                                resource.get("role").asText(),
                                resource.get("suspended").asBoolean(),
                                resource.get("force-io-failures").asBoolean()));
        for (JsonNode device : resource.get("devices")) {
            lines.add(
                    "volume %d %s quorum %s"
                            .formatted(
                                    device.get("volume").asInt(),
                                    device.get("disk-state").asText(),
                                    device.get("quorum").asBoolean()));
        }
        for (JsonNode peer : resource.get("connections")) {
            lines.add(
                    "peer %d %s %s %s"
                            .formatted(
                                    peer.get("peer-node-id").asInt(),
                                    peer.get("name").asText(),
                                    peer.get("connection-state").asText(),
                                    peer.get("peer-role").asText()));
            for (JsonNode volume : peer.get("peer_devices")) {
                lines.add(
                        "volume %d at peer %s %s suspended %s"
                                .formatted(
                                        volume.get("volume").asInt(),
                                        volume.get("replication-state").asText(),
                                        volume.get("peer-disk-state").asText(),
                                        suspended(volume.get("resync-suspended").asText())));
            }
        }
        return lines;
    }

    private static List<String> suspended(String text) {
        return text.equals("no") ? List.of() : List.of(text.split(",", -1));
    }

    static List<String> lines(DrbdResourceState state) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "role %s suspended %s failing %s"
                        .formatted(
                                state.role().raw(),
                                !state.suspended().isEmpty(),
                                state.forceIoFailures()));
        for (DrbdResourceState.Volume volume : state.volumes()) {
            lines.add(
                    "volume %d %s quorum %s"
                            .formatted(volume.volume(), volume.disk().raw(), volume.quorum()));
        }
        for (DrbdResourceState.Peer peer : state.peers()) {
            lines.add(
                    "peer %d %s %s %s"
                            .formatted(
                                    peer.nodeId(),
                                    peer.name(),
                                    peer.connection().raw(),
                                    peer.role().raw()));
            for (DrbdResourceState.PeerVolume volume : peer.volumes()) {
                lines.add(
                        "volume %d at peer %s %s suspended %s"
                                .formatted(
                                        volume.volume(),
                                        volume.replication().raw(),
                                        volume.peerDisk().raw(),
                                        volume.resyncSuspended()));
            }
        }
        return lines;
    }

    private StatusJson() {}
}
