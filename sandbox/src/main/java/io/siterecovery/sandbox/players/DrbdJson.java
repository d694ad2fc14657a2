package io.siterecovery.sandbox.players;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * {@code status --json} and {@code show --json} as drbd-utils 9.34 print them, odd blanks included.
 */
final class DrbdJson {

    private DrbdJson() {}

    static String status(List<Replica> replicas) {
        return array(replicas, DrbdJson::resourceStatus);
    }

    static String show(List<Replica> replicas) {
        return array(replicas, DrbdJson::resourceConfiguration);
    }

    private static String resourceStatus(Replica r) {
        return """
        {
          "name": "%s",
          "node-id": %d,
          "role": "%s",
          "suspended": false,
          "suspended-user": false,
          "suspended-no-data": false,
          "suspended-fencing": false,
          "suspended-quorum": false,
          "force-io-failures": false,
          "write-ordering": "flush",
          "devices": [
            {
              "volume": 0,
              "minor": %d,
              "disk-state": "%s",
              "client": false,
              "open": %s,
              "quorum": %s,
              "size": %d,
              "read": %d,
              "written": %d,
              "al-writes": 0,
              "bm-writes": 0,
              "upper-pending": 0,
              "lower-pending": 0
            } ],
          "connections": [
        %s ]
        }"""
                .formatted(
                        r.resource.name,
                        r.nodeId,
                        r.primary ? "Primary" : "Secondary",
                        r.resource.minor,
                        r.disk,
                        r.open,
                        r.quorum,
                        r.resource.sizeKib,
                        r.readKib,
                        r.writtenKib,
                        r.links.stream()
                                .map(DrbdJson::connectionStatus)
                                .collect(Collectors.joining(",\n")));
    }

    private static String connectionStatus(PeerLink l) {
        return """
            {
              "peer-node-id": %d,
              "name": "%s",
              "connection-state": "%s",\s
              "congested": false,
              "peer-role": "%s",
              "tls": false,
              "ap-in-flight": %d,
              "rs-in-flight": 0,
              "paths": [
                {
                  "this_host": {
                    "address": "%s",
                    "port": %s,
                    "family": "ipv4"
                  },
                  "remote_host": {
                    "address": "%s",
                    "port": %s,
                    "family": "ipv4"
                  },
                  "established": %s
                } ],
              "peer_devices": [
                {
                  "volume": 0,
                  "replication-state": "%s",
                  "peer-disk-state": "%s",
                  "peer-client": false,
                  "resync-suspended": "no",
                  "received": %d,
                  "sent": %d,
                  "out-of-sync": %d,
                  "pending": 0,
                  "unacked": 0,
                  "has-sync-details": false,
                  "has-online-verify-details": false,
                  "percent-in-sync": %s
                } ]
            }"""
                .formatted(
                        l.peer.nodeId,
                        l.peer.node,
                        l.connection,
                        l.peerRole,
                        l.inFlightSectors(),
                        host(l.local),
                        port(l.local),
                        host(l.remote),
                        port(l.remote),
                        l.path,
                        l.replication,
                        l.peerDisk,
                        l.receivedKib,
                        l.sentKib,
                        l.outOfSyncKib,
                        String.format(Locale.ROOT, "%.2f", l.percentInSync()));
    }

    private static String resourceConfiguration(Replica r) {
        boolean majority = r.resource.options.quorum() == DrbdWorld.Quorum.MAJORITY;
        return """
        {
            "resource": "%s",
            "options": {
                "cpu-mask": "",
                "on-no-data-accessible": "io-error",
                "auto-promote": true,
                "peer-ack-window": "4096s",
                "peer-ack-delay": 100,
                "twopc-timeout": 300,
                "auto-promote-timeout": 20,
                "quorum": "%s",
                "on-no-quorum": "%s",
                "quorum-minimum-redundancy": "off",
                "on-suspended-primary-outdated": "disconnect"
            },
            "_this_host": {
                "node-id": %d,
                "volumes": [
                    {
                        "volume_nr": 0,
                        "device_minor": %d,
                        "backing-disk": "%s",
                        "meta-disk": "internal"
                    }
                ]
            },
            "connections": [
        %s
            ]
        }"""
                .formatted(
                        r.resource.name,
                        majority ? "majority" : "off",
                        majority ? "io-error" : "suspend-io",
                        r.nodeId,
                        r.resource.minor,
                        r.backingDevice(),
                        r.links.stream()
                                .map(DrbdJson::connectionConfiguration)
                                .collect(Collectors.joining(",\n")));
    }

    private static String connectionConfiguration(PeerLink l) {
        return """
                {
                    "_peer_node_id": %d,
                    "path": {
                        "_this_host": "ipv4 %s",
                        "_remote_host": "ipv4 %s"
                    },
                    "net": {
                        "protocol": "%s",
                        "allow-two-primaries": false,
                        "after-sb-0pri": "disconnect",
                        "after-sb-1pri": "disconnect",
                        "after-sb-2pri": "disconnect",
                        "rr-conflict": "disconnect",
                        "_name": "%s"
                    }
                }"""
                .formatted(
                        l.peer.nodeId,
                        l.local,
                        l.remote,
                        l.owner.resource.options.protocol(),
                        l.peer.node);
    }

    private static String array(List<Replica> replicas, Function<Replica, String> json) {
        String body = replicas.stream().map(json).collect(Collectors.joining(",\n"));
        return "[\n" + (body.isEmpty() ? "" : body + "\n") + "]\n";
    }

    private static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    private static String port(String address) {
        return address.substring(address.lastIndexOf(':') + 1);
    }
}
