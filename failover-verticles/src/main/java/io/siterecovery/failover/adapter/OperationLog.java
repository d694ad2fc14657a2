package io.siterecovery.failover.adapter;

import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import io.siterecovery.events.Topics;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.operation.OperationStep;
import io.siterecovery.failover.adapter.Events.About;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened, for people and programs: a record in {@code dr-<d>.operations} and a Kubernetes
 * Event on the Failover and on the request it was made from. Never in the way of the failover.
 */
public final class OperationLog {

    private static final Logger LOG = LoggerFactory.getLogger(OperationLog.class);

    private final Ports tenant;
    private final Events events;

    public OperationLog(Ports tenant) {
        this.tenant = tenant;
        this.events = new Events(tenant);
    }

    /**
     * @param name of the Failover in {@code dr-<d>}
     * @param details what was seen, by name
     */
    public void step(
            GroupId group,
            String name,
            CustomResourceFact failover,
            String step,
            String message,
            long epoch,
            Instant at,
            Map<String, String> details) {
        OperationStep record =
                new OperationStep(
                        group.namespace(),
                        group.name(),
                        name,
                        failover.meta().uid(),
                        step,
                        message,
                        epoch,
                        at,
                        details);
        String key = group.namespace() + "/" + group.name();
        EventHeaders headers =
                new EventHeaders(
                        UUID.randomUUID().toString(),
                        EventType.OPERATION_STEP,
                        "/clusters/quorum",
                        key,
                        at,
                        tenant.tenant().name(),
                        null,
                        failover.meta().uid());
        tenant.writer()
                .publish(Topics.operations(tenant.tenant().name()), key, record, headers)
                .onFailure(e -> notSaid("operation record", step, e));
        boolean warning = step.equals("Failed") || step.equals("RollingBack");
        events.write(
                tenant.quorum(),
                new About(
                        ResourceKind.FAILOVER,
                        tenant.tenant().namespace(),
                        name,
                        failover.meta().uid()),
                step,
                message,
                warning,
                at);
        String origin = failover.meta().annotations().get(ApiGroups.ORIGIN);
        String originUid = failover.meta().annotations().get(ApiGroups.ORIGIN_UID);
        if (origin != null && originUid != null) {
            String[] parts = origin.split("/", 3);
            events.write(
                    tenant.cluster(parts[0]),
                    new About(ResourceKind.FAILOVER, parts[1], parts[2], originUid),
                    step,
                    message,
                    warning,
                    at);
        }
    }

    private Future<Void> notSaid(String what, String step, Throwable e) {
        LOG.atWarn()
                .addKeyValue("tenant", tenant.tenant().name())
                .addKeyValue("what", what)
                .addKeyValue("step", step)
                .addKeyValue("reason", String.valueOf(e.getMessage()))
                .log("could not publish a step");
        return Future.succeededFuture();
    }
}
