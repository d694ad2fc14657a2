package io.siterecovery.failover.view;

import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedBeats.RoutedBeat;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.diagnosis.Signs;
import io.siterecovery.failover.core.diagnosis.Signs.Api;
import io.siterecovery.failover.core.diagnosis.Signs.Links;
import io.siterecovery.failover.core.ownership.ClusterId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the signs of life of a deployment's two sites out of its facts. */
public final class SiteSigns {

    private final TenantView view;
    private final List<ClusterId> sites;

    public SiteSigns(TenantView view, List<ClusterId> sites) {
        this.view = view;
        this.sites = List.copyOf(sites);
    }

    /** What is wrong with each site; empty while its API was never tried. */
    public Map<ClusterId, Optional<Diagnosis>> diagnoses(Instant now) {
        Map<ClusterId, Optional<Diagnosis>> all = new LinkedHashMap<>();
        for (ClusterId site : sites) {
            ClusterId other = other(site);
            all.put(
                    site,
                    of(site, now)
                            .flatMap(
                                    signs -> of(other, now).map(o -> Diagnosis.of(signs, o, now))));
        }
        return all;
    }

    /** When a diagnosis may change although nothing more is heard. */
    public Optional<Instant> lookAgain(Instant now) {
        return sites.stream()
                .flatMap(site -> of(site, now).stream())
                .flatMap(signs -> Diagnosis.lookAgain(signs, now).stream())
                .min(Instant::compareTo);
    }

    private ClusterId other(ClusterId site) {
        return sites.stream().filter(s -> !s.equals(site)).findFirst().orElse(site);
    }

    private Optional<Signs> of(ClusterId site, Instant now) {
        return view.reachability(site.name())
                .map(
                        r ->
                                new Signs(
                                        site,
                                        new Api(r.reachable(), r.since()),
                                        lastBeat(site),
                                        links(site, other(site), now)));
    }

    private Optional<Instant> lastBeat(ClusterId site) {
        return view.beats(site.name())
                .map(RoutedBeats::beats)
                .flatMap(
                        beats ->
                                beats.values().stream()
                                        .map(RoutedBeat::appendedAt)
                                        .max(Instant::compareTo));
    }

    /** As the other site's nodes tell it, as far as they are heard. */
    private Links links(ClusterId site, ClusterId other, Instant now) {
        Set<String> nodes = view.nodes(site.name());
        List<Instant> cut = new ArrayList<>();
        Set<Boolean> connected = new HashSet<>();
        for (RoutedDrbdState said : view.drbdOf(other.name())) {
            boolean heard =
                    view.beat(other.name(), said.state().node())
                            .filter(b -> !b.appendedAt().plus(Diagnosis.MAX_SILENCE).isBefore(now))
                            .isPresent();
            if (!heard) {
                continue;
            }
            for (Peer peer : said.state().peers()) {
                if (!nodes.contains(peer.name())) {
                    continue;
                }
                view.cutSince(said, peer)
                        .ifPresentOrElse(
                                cut::add, () -> connected.add(peer.role().is(Role.PRIMARY)));
            }
        }
        if (!connected.isEmpty()) {
            return new Links.Connected(connected.contains(true));
        }
        return cut.stream()
                .max(Instant::compareTo)
                .<Links>map(Links.Cut::new)
                .orElse(new Links.Unknown());
    }
}
