package io.siterecovery.agent;

import io.siterecovery.agent.core.Outbox;
import io.siterecovery.agent.core.Outbox.Sending;
import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends states and beats to Kafka, and again what was not acknowledged. A beat says that all that
 * was seen is in Kafka, so none is sent while that is not so. Runs on the agent's loop alone.
 */
final class StatePublisher {

    private static final Logger LOG = LoggerFactory.getLogger(StatePublisher.class);
    private static final Duration TOLERATED = Duration.ofSeconds(1);
    private static final Duration BEHIND = Duration.ofMillis(200);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final Duration RETRY_REFUSED = Duration.ofSeconds(5);

    private final AgentConfig config;
    private final SiteTopic topic;
    private final ScheduledExecutorService loop;
    private final Outbox outbox;
    private String incarnation;

    /** What the dump named and Kafka has not acknowledged; until it has, the stream is not told. */
    private final Set<String> dump = new HashSet<>();

    private boolean dumpEnded;
    private boolean completenessTold;
    private boolean beatOnTheWay;
    private boolean retryPlanned;
    private long beats;
    private @Nullable Instant troubleSince;
    private boolean troubleTold;

    StatePublisher(
            AgentConfig config,
            SiteTopic topic,
            ScheduledExecutorService loop,
            String incarnation) {
        this.config = config;
        this.topic = topic;
        this.loop = loop;
        this.incarnation = incarnation;
        this.outbox = new Outbox(incarnation);
    }

    /** From here on nothing that was told before is true. */
    void restart(String newIncarnation) {
        incarnation = newIncarnation;
        dump.clear();
        dumpEnded = false;
        completenessTold = false;
        outbox.restart(newIncarnation);
    }

    /** Everything that exists has been given to {@link #put}. */
    void dumpEnded() {
        dumpEnded = true;
    }

    void put(String resource, Optional<DrbdResourceState> state) {
        if (!dumpEnded) {
            dump.add(resource);
        }
        outbox.put(resource, state, Instant.now());
    }

    /** Hands Kafka all that may go. */
    void send() {
        for (Sending sending : outbox.take(Instant.now())) {
            topic.send(
                    headers(sending), sending.state(), error -> onLoop(() -> done(sending, error)));
        }
        if (streamComplete() && !completenessTold) {
            beat();
        }
    }

    /** Says how far the telling has come, unless it is behind. */
    void beat() {
        Instant now = Instant.now();
        boolean behind =
                outbox.oldestUnsettled()
                        .filter(since -> since.isBefore(now.minus(BEHIND)))
                        .isPresent();
        if (beatOnTheWay || behind) {
            return;
        }
        AgentBeat beat =
                new AgentBeat(
                        config.node(),
                        incarnation,
                        outbox.acknowledgedUpTo(),
                        streamComplete(),
                        now,
                        Map.of());
        EventHeaders headers =
                new EventHeaders(
                        incarnation + "-beat-" + ++beats,
                        EventType.AGENT_BEAT,
                        source(),
                        config.node(),
                        now,
                        null,
                        beat.sequence(),
                        null);
        beatOnTheWay = true;
        completenessTold = streamComplete();
        topic.send(headers, beat, error -> onLoop(() -> beatDone(error)));
    }

    private boolean streamComplete() {
        return dumpEnded && dump.isEmpty();
    }

    private void beatDone(@Nullable Exception error) {
        beatOnTheWay = false;
        note(error);
        if (error != null) {
            completenessTold = false;
            planRetry(error);
        }
    }

    private void done(Sending sending, @Nullable Exception error) {
        note(error);
        if (error == null) {
            outbox.acknowledged(sending);
            if (sending.incarnation().equals(incarnation)) {
                dump.remove(sending.resource());
            }
            send();
        } else {
            outbox.failed(sending);
            planRetry(error);
        }
    }

    private void planRetry(Exception error) {
        if (!retryPlanned) {
            retryPlanned = true;
            Duration delay = error instanceof RetriableException ? RETRY : RETRY_REFUSED;
            ScheduledFuture<?> _ =
                    loop.schedule(
                            () -> {
                                retryPlanned = false;
                                send();
                            },
                            delay.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    /** One line when trouble has lasted a moment, one when it ends. */
    private void note(@Nullable Exception error) {
        Instant now = Instant.now();
        if (error == null) {
            if (troubleTold) {
                LOG.atInfo()
                        .addKeyValue("node", config.node())
                        .addKeyValue("site", config.siteId())
                        .log("Kafka takes records again");
            }
            troubleSince = null;
            troubleTold = false;
            return;
        }
        if (troubleSince == null) {
            troubleSince = now;
        }
        if (!troubleTold && troubleSince.isBefore(now.minus(TOLERATED))) {
            troubleTold = true;
            LOG.atWarn()
                    .addKeyValue("node", config.node())
                    .addKeyValue("site", config.siteId())
                    .addKeyValue("reason", error.getClass().getSimpleName())
                    .addKeyValue("detail", error.getMessage())
                    .log("Kafka takes no records; the latest states are kept");
        }
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The agent is closed.
        }
    }

    private EventHeaders headers(Sending sending) {
        return new EventHeaders(
                sending.incarnation() + "-" + sending.sequence(),
                EventType.DRBD_RESOURCE,
                source(),
                config.node() + "/" + sending.resource(),
                sending.since(),
                null,
                sending.sequence(),
                null);
    }

    private String source() {
        return "/clusters/" + config.siteId() + "/nodes/" + config.node();
    }
}
