package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a node says of its resources, for people: a line for each volume at each peer. */
public final class StatusTable {

    private static final String NOT_SAID = "-";
    private static final List<String> HEADER =
            List.of(
                    "RESOURCE",
                    "ROLE",
                    "VOLUME",
                    "DISK",
                    "QUORUM",
                    "OPEN",
                    "PEER",
                    "CONNECTION",
                    "PEER ROLE",
                    "REPLICATION",
                    "PEER DISK",
                    "OUT OF SYNC");

    public static String of(Collection<DrbdResourceState> states) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        states.forEach(state -> rows.addAll(rows(state)));
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(String.format(Locale.ROOT, "%-" + (widths[i] + 3) + "s", row.get(i)));
            }
            table.append(line.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    private static List<List<String>> rows(DrbdResourceState state) {
        List<List<String>> rows = new ArrayList<>();
        for (Volume volume : state.volumes()) {
            List<String> local =
                    List.of(
                            state.resource(),
                            state.role().text(),
                            String.valueOf(volume.volume()),
                            volume.disk().text(),
                            yesNo(volume.quorum()),
                            yesNo(volume.open()));
            for (Peer peer : state.peers()) {
                rows.add(row(local, remote(peer, volume.volume())));
            }
            if (state.peers().isEmpty()) {
                rows.add(row(local, nothing(6)));
            }
        }
        if (rows.isEmpty()) {
            List<String> local = new ArrayList<>(List.of(state.resource(), state.role().text()));
            local.addAll(nothing(4));
            rows.add(row(local, nothing(6)));
        }
        return rows;
    }

    private static List<String> remote(Peer peer, int number) {
        List<String> remote =
                new ArrayList<>(List.of(peer.name(), peer.connection().text(), peer.role().text()));
        for (PeerVolume volume : peer.volumes()) {
            if (volume.volume() == number) {
                remote.add(volume.replication().text());
                remote.add(volume.peerDisk().text());
                remote.add(bytes(volume.outOfSyncBytes()));
                return remote;
            }
        }
        remote.addAll(nothing(3));
        return remote;
    }

    private static List<String> row(List<String> local, List<String> remote) {
        List<String> row = new ArrayList<>(local);
        row.addAll(remote);
        return row;
    }

    private static List<String> nothing(int times) {
        return Collections.nCopies(times, NOT_SAID);
    }

    private static String yesNo(@Nullable Boolean value) {
        return value == null ? NOT_SAID : value ? "yes" : "no";
    }

    private static String bytes(@Nullable Long bytes) {
        return bytes == null ? NOT_SAID : (bytes / 1024) + " KiB";
    }

    private StatusTable() {}
}
