package io.siterecovery.watchers;

import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.TenantContext;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a cluster's API every 10 s whether it answers, every second while there is doubt, and says
 * so in the fact whose key is the cluster's name. That fact is also what says that all others are
 * complete.
 */
final class ReachabilityMonitor {

    private static final Logger LOG = LoggerFactory.getLogger(ReachabilityMonitor.class);
    private static final Duration CALM = Duration.ofSeconds(10);
    private static final Duration DOUBT = Duration.ofSeconds(1);
    private static final Duration DEADLINE = Duration.ofMillis(1_500);

    private final TenantContext tenant;
    private final KubernetesCluster cluster;
    private final LatestStates states;
    private final Runnable whenIdentified;
    private Optional<Boolean> reachable = Optional.empty();
    private Instant since;
    private boolean complete;
    private String failure = "not asked yet";
    private String missing = "";
    private boolean probing;
    private boolean doubt;
    private long timer = -1;
    private boolean stopped;
    private volatile @Nullable ReachabilityFact published;

    /**
     * @param before what an earlier life said of this cluster
     */
    ReachabilityMonitor(
            TenantContext tenant,
            KubernetesCluster cluster,
            LatestStates states,
            @Nullable ReachabilityFact before,
            Runnable whenIdentified) {
        this.tenant = tenant;
        this.cluster = cluster;
        this.states = states;
        this.whenIdentified = whenIdentified;
        this.since = before == null ? tenant.clock().instant() : before.since();
        this.reachable = before == null ? Optional.empty() : Optional.of(before.reachable());
    }

    /** Withdraws what an earlier life said to be complete, then starts to ask. */
    void start() {
        publish();
        probe();
    }

    void stop() {
        stopped = true;
        tenant.vertx().cancelTimer(timer);
    }

    /** A stream broke: ask now, not at the next turn. */
    void suspect() {
        doubt = true;
        if (!probing && !stopped) {
            tenant.vertx().cancelTimer(timer);
            probe();
        }
    }

    /** Something is wrong with the cluster, or may be. */
    boolean isInDoubt() {
        return doubt || !reachable.orElse(true);
    }

    /**
     * @param missing kinds that the cluster does not serve, or that could not be listed
     */
    void completeness(boolean now, String missing) {
        this.missing = missing;
        complete = now;
        publish();
    }

    /** What this cluster's facts lack; nothing while it cannot be reached: others must go on. */
    Optional<String> notReady() {
        ReachabilityFact fact = published;
        if (fact == null || (!fact.reachable() && failure.equals("not asked yet"))) {
            return Optional.of(cluster.name() + " not asked yet");
        }
        return fact.reachable() && !fact.complete()
                ? Optional.of(cluster.name() + " not complete " + fact.detail())
                : Optional.empty();
    }

    private void probe() {
        probing = true;
        cluster.probe(DEADLINE)
                .compose(alive -> identify())
                .onComplete(
                        result -> {
                            probing = false;
                            if (stopped) {
                                return;
                            }
                            doubt = result.failed();
                            turned(result.succeeded(), result.failed() ? said(result.cause()) : "");
                            timer =
                                    tenant.vertx()
                                            .setTimer(
                                                    (doubt ? DOUBT : CALM).toMillis(),
                                                    fired -> probe());
                        });
    }

    /** A credential may lack the right to ask who it is; one that leads elsewhere is no use. */
    private Future<Void> identify() {
        return cluster.identify()
                .onSuccess(identity -> whenIdentified.run())
                .<Void>mapEmpty()
                .recover(
                        refused ->
                                refused instanceof KubernetesFailure failed
                                                && failed.reason()
                                                        == KubernetesFailure.Reason.WRONG_CLUSTER
                                        ? Future.failedFuture(failed)
                                        : Future.succeededFuture());
    }

    private void turned(boolean answers, String said) {
        if (reachable.isEmpty() || reachable.get() != answers) {
            since = tenant.clock().instant();
            LOG.atInfo()
                    .addKeyValue("tenant", tenant.tenant().name())
                    .addKeyValue("cluster", cluster.name())
                    .addKeyValue("reachable", answers)
                    .addKeyValue("reason", said)
                    .log("reachability of a cluster changed");
        }
        reachable = Optional.of(answers);
        failure = said;
        publish();
    }

    /** Says how it is, unless that was said last. */
    void publish() {
        ReachabilityFact fact =
                new ReachabilityFact(
                        reachable.orElse(false),
                        complete,
                        since,
                        cluster.siteId().orElse(""),
                        failure.isEmpty() ? missing : failure);
        published = fact;
        states.put(cluster.name(), fact, "/clusters/" + cluster.name());
    }

    private static String said(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
