package io.siterecovery.failover.core.group;

import static io.siterecovery.events.drbd.ConnectionState.CONNECTED;
import static io.siterecovery.events.drbd.DiskState.DISKLESS;
import static io.siterecovery.events.drbd.DiskState.UP_TO_DATE;
import static io.siterecovery.events.drbd.ReplicationState.ESTABLISHED;

import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.failover.core.failover.Preflight.Health;
import io.siterecovery.failover.core.failover.Preflight.Health.Verdict;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Replication.Beat;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import io.siterecovery.failover.core.proof.Resync;
import io.siterecovery.model.ProtectionGroupStatus.VolumeStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the replication of a group stands, volume by volume.
 *
 * <p>Healthy: every volume UpToDate on both sides, Connected and Established, and freshly said.
 * Unknown: something of that has not been said freshly. Otherwise Degraded.
 */
public final class ReplicationHealth {

    /** For people an agent may be quiet a little longer than for a proof. */
    static final Duration MAX_SILENCE = Duration.ofSeconds(10);

    private final Replication replication;
    private final ClusterId local;
    private final List<ClusterId> sites;
    private final Instant now;

    /**
     * @param local the site whose disks are called local
     */
    public ReplicationHealth(
            Replication replication, ClusterId local, List<ClusterId> sites, Instant now) {
        this.replication = replication;
        this.local = local;
        this.sites = List.copyOf(sites);
        this.now = now;
    }

    /** The worst verdict over all volumes, with its reason. */
    public Health verdict() {
        if (replication.volumes().isEmpty()) {
            return new Health(Verdict.UNKNOWN, "no replicated volume is known");
        }
        List<Health> all = replication.volumes().stream().map(this::of).toList();
        return Stream.of(Verdict.DEGRADED, Verdict.UNKNOWN)
                .flatMap(v -> all.stream().filter(h -> h.verdict() == v))
                .findFirst()
                .map(h -> new Health(h.verdict(), h.reason(), resync()))
                .orElse(new Health(Verdict.HEALTHY, ""));
    }

    private Optional<Resync> resync() {
        return Resync.of(replication, now, MAX_SILENCE);
    }

    /** InSync, Syncing, OutOfSync or Unknown. */
    public String syncState() {
        return switch (verdict().verdict()) {
            case HEALTHY -> "InSync";
            case UNKNOWN -> "Unknown";
            case DEGRADED -> resync().isPresent() ? "Syncing" : "OutOfSync";
        };
    }

    /** When a report that counts now stops counting, unless another beat comes. */
    public Optional<Instant> freshUntil() {
        return replication.reports().stream()
                .map(NodeReport::beat)
                .flatMap(b -> b instanceof Beat.Heard h ? Stream.of(h.appendedAt()) : Stream.of())
                .map(at -> at.plus(MAX_SILENCE))
                .filter(at -> at.isAfter(now))
                .min(Instant::compareTo);
    }

    /**
     * The volumes of one member for its status.
     *
     * @param before what the status says now: a volume whose state is the same keeps its since
     */
    List<VolumeStatus> volumes(String vm, Collection<VolumeStatus> before) {
        return replication.volumes().stream()
                .filter(v -> v.vm().equals(vm))
                .map(v -> status(v, before))
                .toList();
    }

    private Health of(GroupVolume volume) {
        if (volume.resource().isEmpty()) {
            return new Health(Verdict.UNKNOWN, "disk " + volume.claim() + ": " + volume.fault());
        }
        String resource = volume.resource().get();
        List<String> unknown = new ArrayList<>();
        List<String> degraded = new ArrayList<>();
        for (ClusterId site : sites) {
            List<NodeReport> reports = replication.reportsOf(resource, site);
            if (reports.isEmpty()) {
                unknown.add("no node of " + site + " has reported it");
            }
            for (NodeReport report : reports) {
                if (!report.countsAt(now, MAX_SILENCE)) {
                    unknown.add("the agent of " + report.node() + " is silent");
                } else {
                    faults(report, volume.number(), degraded);
                }
            }
        }
        String what = "volume " + volume.claim() + " (" + resource + "): ";
        if (!degraded.isEmpty()) {
            return new Health(Verdict.DEGRADED, what + degraded.getFirst());
        }
        return unknown.isEmpty()
                ? new Health(Verdict.HEALTHY, "")
                : new Health(Verdict.UNKNOWN, what + unknown.getFirst());
    }

    private static void faults(NodeReport report, int number, List<String> faults) {
        for (Volume disk : report.state().volumes()) {
            if (disk.volume() == number
                    && !disk.disk().is(UP_TO_DATE)
                    && !disk.disk().is(DISKLESS)) {
                faults.add("disk on " + report.node() + " is " + disk.disk().raw());
            }
        }
        for (Peer peer : report.state().peers()) {
            String link = report.node() + " to " + peer.name();
            if (!peer.connection().is(CONNECTED)) {
                faults.add("connection from " + link + " is " + peer.connection().raw());
                continue;
            }
            for (PeerVolume at : peer.volumes()) {
                if (at.volume() == number && !at.replication().is(ESTABLISHED)) {
                    faults.add("replication from " + link + " is " + at.replication().raw());
                }
            }
        }
    }

    private VolumeStatus status(GroupVolume volume, Collection<VolumeStatus> before) {
        Optional<NodeReport> here =
                volume.resource()
                        .flatMap(
                                r ->
                                        replication.reportsOf(r, local).stream()
                                                .filter(n -> n.countsAt(now, MAX_SILENCE))
                                                .findFirst());
        Optional<String> disk =
                here.flatMap(
                        r ->
                                r.state().volumes().stream()
                                        .filter(v -> v.volume() == volume.number())
                                        .map(v -> v.disk().raw())
                                        .findFirst());
        Optional<PeerVolume> peer =
                here.flatMap(
                        r ->
                                r.state().peers().stream()
                                        .flatMap(p -> p.volumes().stream())
                                        .filter(v -> v.volume() == volume.number())
                                        .findFirst());
        VolumeStatus fresh =
                new VolumeStatus(
                        volume.claim(),
                        volume.resource().orElse(null),
                        volume.number(),
                        disk.orElse("Unknown"),
                        peer.map(p -> p.peerDisk().raw()).orElse("Unknown"),
                        peer.map(p -> p.replication().raw()).orElse("Unknown"),
                        peer.map(PeerVolume::outOfSyncBytes)
                                .map(ReplicationHealth::roundedUp)
                                .orElse(null),
                        now);
        return before.stream().filter(old -> sameBut(old, fresh)).findFirst().orElse(fresh);
    }

    private static boolean sameBut(VolumeStatus old, VolumeStatus fresh) {
        return new VolumeStatus(
                        old.pvc(),
                        old.drbdResource(),
                        old.volume(),
                        old.localDisk(),
                        old.peerDisk(),
                        old.replication(),
                        old.outOfSyncBytes(),
                        fresh.since())
                .equals(fresh);
    }

    /** To a power of two, so that a poll of statistics does not write a status. */
    private static long roundedUp(long bytes) {
        return bytes <= 1 ? bytes : Long.highestOneBit(bytes - 1) << 1;
    }
}
