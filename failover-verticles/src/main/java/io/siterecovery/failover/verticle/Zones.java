package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.adapter.ZoneEffects;
import io.siterecovery.failover.core.diagnosis.AutomaticResponse;
import io.siterecovery.failover.core.diagnosis.AutomaticResponse.Answer;
import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.diagnosis.ZoneReport;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.view.GroupViews;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ProtectionZoneStatus;
import io.siterecovery.model.ProtectionZoneStatus.SiteStatus;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the two sites of a deployment: says what is wrong with them and, where that is wished,
 * orders failovers from one that is lost.
 */
final class Zones {

    private static final Logger LOG = LoggerFactory.getLogger(Zones.class);
    private static final Duration LEAST_DELAY = Duration.ofMinutes(1);

    private final Desk desk;
    private final Tenant tenant;
    private final TenantView view;
    private final GroupViews views;
    private final ZoneEffects effects;
    private final Decisions decisions;
    private final Lane sites;
    private final Lanes<GroupId> responses;

    Zones(
            Desk desk,
            Tenant tenant,
            TenantView view,
            GroupViews views,
            ZoneEffects effects,
            Decisions decisions) {
        this.desk = desk;
        this.tenant = tenant;
        this.view = view;
        this.views = views;
        this.effects = effects;
        this.decisions = decisions;
        this.sites = desk.lane("sites", this::diagnose);
        this.responses = desk.lanes(views::urgency, this::respond);
    }

    void wakeAll() {
        sites.wake();
    }

    /** Something about a group has changed, nothing about the sites. */
    void wake(GroupId group) {
        if (isAutomatic()) {
            responses.wake(group);
        }
    }

    void close() {
        sites.close();
        responses.close();
    }

    private Optional<Instant> diagnose() {
        Instant now = desk.now();
        Map<ClusterId, Optional<Diagnosis>> diagnoses = views.diagnoses(now);
        for (var entry :
                view.shelf(FactKey.QUORUM, ResourceKind.PROTECTION_ZONE, tenant.namespace())
                        .entrySet()) {
            if (entry.getValue() instanceof CustomResourceFact zone) {
                report(entry.getKey(), zone, diagnoses, now);
            }
        }
        if (isAutomatic()) {
            views.groups().forEach(responses::wake);
        }
        return views.lookAtSitesAgain(now);
    }

    private void report(
            String name,
            CustomResourceFact zone,
            Map<ClusterId, Optional<Diagnosis>> diagnoses,
            Instant now) {
        ProtectionZoneStatus before =
                ResourceJson.read("status", zone.status(), ProtectionZoneStatus.class);
        ProtectionZoneStatus next = ZoneReport.of(before, diagnoses, zone.meta().generation(), now);
        if (next.equals(before)) {
            return;
        }
        await(effects.writeStatus(zone, name, next));
        for (SiteStatus site : ZoneReport.news(before, next)) {
            LOG.atInfo()
                    .addKeyValue("tenant", desk.tenant())
                    .addKeyValue("site", site.name())
                    .addKeyValue("verdict", site.verdict())
                    .addKeyValue("witnesses", site.witnesses())
                    .log("site diagnosed");
            effects.say(zone, name, site, now);
        }
    }

    private boolean isAutomatic() {
        return "Automatic".equals(tenant.zone().failureResponse());
    }

    private Optional<Instant> respond(GroupId group) {
        Instant now = desk.now();
        GroupObservation seen = views.observe(group, desk.instanceId(), now);
        Optional<OwnershipSeen> current = seen.ownership();
        if (current.isEmpty()
                || !(current.get().ownership().holder() instanceof Holder.At(ClusterId source))
                || !desk.mayActFor(group, current)) {
            return Optional.empty();
        }
        ClusterId other =
                views.sites().stream().filter(s -> !s.equals(source)).findFirst().orElseThrow();
        Map<ClusterId, Optional<Diagnosis>> diagnoses = views.diagnoses(now);
        Answer answer =
                decisions.respond(
                        new AutomaticResponse.Seen(
                                group,
                                current.get().ownership(),
                                other,
                                diagnoses.getOrDefault(source, Optional.empty()),
                                diagnoses.getOrDefault(other, Optional.empty()),
                                seen.replication(),
                                delay(tenant.zone()),
                                now));
        return switch (answer) {
            case Answer.Nothing() -> Optional.empty();
            case Answer.LookAgain(Instant at) -> Optional.of(at);
            case Answer.Order order -> order(group, order);
        };
    }

    private Optional<Instant> order(GroupId group, Answer.Order order) {
        Optional<CustomResourceFact> earlier =
                view.get(
                        CustomResourceFact.class,
                        FactKey.QUORUM,
                        ResourceKind.FAILOVER,
                        tenant.namespace(),
                        order.name());
        if (earlier.isPresent()) {
            boolean refused = "Failed".equals(earlier.get().status().path("state").asText());
            if (refused) {
                await(effects.withdraw(order.name(), earlier.get().meta().uid()));
            }
            return Optional.of(desk.now().plusSeconds(5));
        }
        LOG.atWarn()
                .addKeyValue("tenant", desk.tenant())
                .addKeyValue("group", group)
                .addKeyValue("failover", order.name())
                .addKeyValue("reason", order.reason())
                .log("failover ordered by itself");
        await(effects.order(group, order));
        return Optional.empty();
    }

    private static Duration delay(ProtectionZoneSpec zone) {
        Duration wished =
                Duration.ofSeconds(Objects.requireNonNullElse(zone.automaticDelaySeconds(), 0));
        return wished.compareTo(LEAST_DELAY) < 0 ? LEAST_DELAY : wished;
    }
}
