package io.siterecovery.agent;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.agent.KubernetesCalls.Answer;
import io.siterecovery.agent.core.NodeReadiness;
import io.siterecovery.agent.core.NodeReadiness.Warning;
import io.siterecovery.agent.core.NodeReadiness.Wish;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the node's start-up taint and its memory of primaries as {@link NodeReadiness} wishes. A
 * call at a time, each from a fresh reading of the Node; what fails is tried again. Lives on the
 * loop, calls on a thread of its own.
 */
final class NodeGuard implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeGuard.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LAST_RETRY = Duration.ofSeconds(10);
    private static final Duration LOOK_FOR_RELEASE = Duration.ofSeconds(2);
    private static final int CONFLICTS = 5;
    private static final long IDLE_SECONDS = 2;

    /** How a round of calls ended. */
    private sealed interface Outcome {
        /**
         * @param node as it was read; its wish is carried out
         */
        record Done(NodeObject node, Wish wish) implements Outcome {}

        record Failed(String reason) implements Outcome {}
    }

    private final String node;
    private final KubernetesCalls kubernetes;
    private final Loop loop;
    private final NodeReadiness readiness;
    private final ThreadPoolExecutor calls;
    private @Nullable Runnable whenClosed;
    private @Nullable Wish done;
    private @Nullable Warning unsent;
    private Instant lastRead = Instant.EPOCH;
    private Duration retry = FIRST_RETRY;
    private String lastFailure = "";
    private boolean calling;
    private boolean retryPlanned;

    NodeGuard(String node, KubernetesAccess access, Duration limit, Loop loop) {
        this.node = node;
        this.kubernetes = new KubernetesCalls(access);
        this.loop = loop;
        this.readiness = new NodeReadiness(Instant.now(), limit);
        this.calls =
                new ThreadPoolExecutor(
                        1,
                        1,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(2),
                        task -> Loop.daemon(task, "drbd-node-" + node));
        calls.allowCoreThreadTimeOut(true);
    }

    /**
     * @param closed called once the node is known to be closed, or when that cannot be waited for
     */
    void start(Duration patience, Runnable closed) {
        whenClosed = closed;
        loop.later(patience, this::go);
        loop.every(TICK, this::act);
    }

    void look(boolean complete, Collection<DrbdResourceState> states) {
        readiness.look(complete, states, Instant.now());
        act();
    }

    void expect(Set<String> resources) {
        readiness.expect(resources);
        act();
    }

    @Override
    public void close() {
        calls.shutdownNow();
    }

    private void go() {
        Runnable next = whenClosed;
        whenClosed = null;
        if (next != null) {
            next.run();
        }
    }

    private void act() {
        Wish wish = readiness.decide(Instant.now());
        wish.warning().ifPresent(warning -> unsent = warning);
        boolean askForRelease =
                !readiness.held().isEmpty()
                        && Instant.now().isAfter(lastRead.plus(LOOK_FOR_RELEASE));
        boolean same =
                done != null
                        && done.closed() == wish.closed()
                        && (wish.primaries().isEmpty()
                                || wish.primaries().equals(done.primaries()));
        if (calling || retryPlanned || (same && unsent == null && !askForRelease)) {
            return;
        }
        calling = true;
        Warning warning = unsent;
        // A release from before the agent's start is as old as nobody knows: it is not obeyed.
        Set<String> open = done == null ? Set.of() : readiness.held();
        try {
            calls.execute(
                    () -> {
                        Outcome outcome = carryOut(wish, warning, open);
                        loop.execute(() -> ended(outcome, warning));
                    });
        } catch (RejectedExecutionException e) {
            calling = false;
        }
    }

    private void ended(Outcome outcome, @Nullable Warning sent) {
        calling = false;
        switch (outcome) {
            case Outcome.Done(NodeObject read, Wish wish) -> {
                Set<String> released = done == null ? Set.of() : read.released();
                if (done == null || done.closed() != wish.closed()) {
                    LOG.atInfo()
                            .addKeyValue("node", node)
                            .addKeyValue("taint", wish.closed() ? "set" : "removed")
                            .log("start-up taint");
                }
                done = wish;
                lastRead = Instant.now();
                retry = FIRST_RETRY;
                lastFailure = "";
                if (sent != null && sent.equals(unsent)) {
                    unsent = null;
                }
                readiness.nodeRead(read.primaries(), released);
                go();
                act();
            }
            case Outcome.Failed(String reason) -> {
                if (!reason.equals(lastFailure)) {
                    lastFailure = reason;
                    LOG.atWarn()
                            .addKeyValue("node", node)
                            .addKeyValue("reason", reason)
                            .log("the Node cannot be written; trying again");
                }
                retryPlanned = true;
                loop.later(
                        retry,
                        () -> {
                            retryPlanned = false;
                            act();
                        });
                Duration doubled = retry.multipliedBy(2);
                retry = doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
            }
        }
    }

    /**
     * @param held resources that may still be released: of others, a release is cleared away
     */
    private Outcome carryOut(Wish wish, @Nullable Warning warning, Set<String> held) {
        try {
            Answer answer = new Answer(0, JsonNodeFactory.instance.missingNode());
            for (int i = 0; i < CONFLICTS; i++) {
                answer = kubernetes.get("/api/v1/nodes/" + node);
                if (!answer.succeeded()) {
                    return new Outcome.Failed(answer.reason());
                }
                NodeObject read = new NodeObject(answer.body());
                var patch = read.patch(wish.closed(), wish.primaries(), held);
                if (patch.isPresent()) {
                    answer = kubernetes.patch("/api/v1/nodes/" + node, patch.get());
                }
                if (answer.succeeded()) {
                    if (warning != null) {
                        warn(read, warning);
                    }
                    return new Outcome.Done(read, wish);
                }
                if (answer.status() != 409 && answer.status() != 422) {
                    break;
                }
            }
            return new Outcome.Failed(answer.reason());
        } catch (IOException e) {
            return new Outcome.Failed(e.getClass().getSimpleName() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Failed("interrupted");
        }
    }

    private void warn(NodeObject read, Warning warning) throws IOException, InterruptedException {
        String message = message(warning);
        LOG.atWarn().addKeyValue("node", node).log(message);
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata")
                .put("name", node + "." + UUID.randomUUID().toString().substring(0, 13))
                .put("namespace", "default");
        event.putObject("involvedObject")
                .put("apiVersion", "v1")
                .put("kind", "Node")
                .put("name", node)
                .put("uid", read.uid());
        event.put("type", "Warning")
                .put("reason", warning.stays() ? "DRBDPeersUnseen" : "DRBDNotConnected")
                .put("message", message)
                .put("firstTimestamp", now)
                .put("lastTimestamp", now)
                .put("count", 1)
                .put("reportingComponent", "siterecovery.trilio.io/drbd-agent")
                .put("reportingInstance", node);
        event.putObject("source").put("component", "drbd-agent").put("host", node);
        Answer answer = kubernetes.post("/api/v1/namespaces/default/events", event);
        if (!answer.succeeded()) {
            LOG.atWarn()
                    .addKeyValue("node", node)
                    .addKeyValue("reason", answer.reason())
                    .log("the warning could not be published as an Event");
        }
    }

    private String message(Warning warning) {
        String resources =
                warning.reasons().entrySet().stream()
                        .map(
                                entry ->
                                        entry.getKey().isEmpty()
                                                ? entry.getValue()
                                                : entry.getKey() + " (" + entry.getValue() + ")")
                        .collect(Collectors.joining("; "));
        if (!warning.stays()) {
            return "Taint %s removed although not everything is connected: %s"
                    .formatted(NodeObject.TAINT, resources);
        }
        return ("Taint %s stays: last Primary here, and no peer was seen since: %s. They may be in"
                        + " use elsewhere. If they are not: kubectl annotate node %s %s=%s --overwrite")
                .formatted(
                        NodeObject.TAINT,
                        resources,
                        node,
                        NodeObject.RELEASE,
                        String.join(",", new TreeSet<>(warning.reasons().keySet())));
    }
}
