package io.siterecovery.failover.adapter;

import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import io.siterecovery.events.Topics;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.operation.SiteDiagnosed;
import io.siterecovery.failover.core.diagnosis.AutomaticResponse.Answer.Order;
import io.siterecovery.failover.core.diagnosis.ZoneReport;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.FailoverSpec;
import io.siterecovery.model.ProtectionZoneStatus;
import io.siterecovery.model.ProtectionZoneStatus.SiteStatus;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a deployment is told of its sites, and the failovers that it orders by itself. */
public final class ZoneEffects {

    private static final Logger LOG = LoggerFactory.getLogger(ZoneEffects.class);

    private final Ports ports;
    private final TenantView view;
    private final Events events;

    public ZoneEffects(Ports ports, TenantView view) {
        this.ports = ports;
        this.view = view;
        this.events = new Events(ports);
    }

    public Future<?> writeStatus(CustomResourceFact zone, String name, ProtectionZoneStatus next) {
        JsonPatch patch =
                JsonPatch.create()
                        .testVersion(zone.meta().resourceVersion())
                        .add("/status", ResourceJson.write(next));
        String namespace = ports.tenant().namespace();
        return ports.quorum()
                .patchStatus(ResourceKind.PROTECTION_ZONE, namespace, name, patch)
                .onSuccess(
                        answer ->
                                view.apply(
                                        new FactKey(
                                                FactKey.QUORUM,
                                                ResourceKind.PROTECTION_ZONE.qualified(),
                                                namespace,
                                                name),
                                        Answers.customResource(answer)));
    }

    /** A verdict has changed: told to people as an Event, to programs as a record. */
    public void say(CustomResourceFact zone, String name, SiteStatus site, Instant now) {
        publish(site, now);
        events.write(
                ports.quorum(),
                new Events.About(
                        ResourceKind.PROTECTION_ZONE,
                        ports.tenant().namespace(),
                        name,
                        zone.meta().uid()),
                site.verdict(),
                ZoneReport.described(site),
                !site.verdict().equals("Healthy"),
                now);
    }

    private void publish(SiteStatus site, Instant now) {
        String tenant = ports.tenant().name();
        SiteDiagnosed record =
                new SiteDiagnosed(
                        site.name(),
                        site.verdict(),
                        Objects.requireNonNullElse(site.since(), now),
                        Objects.requireNonNullElse(site.witnesses(), List.of()),
                        now);
        EventHeaders headers =
                new EventHeaders(
                        UUID.randomUUID().toString(),
                        EventType.SITE_DIAGNOSED,
                        "/clusters/quorum",
                        site.name(),
                        now,
                        tenant,
                        null,
                        null);
        ports.writer()
                .publish(Topics.operations(tenant), site.name(), record, headers)
                .onFailure(
                        e ->
                                LOG.atWarn()
                                        .addKeyValue("tenant", tenant)
                                        .addKeyValue("site", site.name())
                                        .addKeyValue("reason", String.valueOf(e.getMessage()))
                                        .log("could not publish a diagnosis"));
    }

    /** Made once, whoever tries: one that is there already is no failure. */
    public Future<?> order(GroupId group, Order order) {
        FailoverSpec spec =
                new FailoverSpec(
                        group.name(),
                        group.namespace(),
                        order.target().name(),
                        "emergency",
                        false,
                        order.reason(),
                        false,
                        false);
        return ports.quorum()
                .create(
                        ResourceKind.FAILOVER,
                        Answers.object(
                                ResourceKind.FAILOVER,
                                ports.tenant().namespace(),
                                order.name(),
                                Map.of(),
                                Map.of("spec", ResourceJson.write(spec))))
                .<Void>mapEmpty()
                .recover(
                        e ->
                                e instanceof KubernetesFailure f
                                                && f.reason() == Reason.ALREADY_EXISTS
                                        ? Future.succeededFuture()
                                        : Future.failedFuture(e));
    }

    /** One that was refused stands in the way of the next try. */
    public Future<?> withdraw(String name, String uid) {
        return ports.quorum().delete(ResourceKind.FAILOVER, ports.tenant().namespace(), name, uid);
    }
}
