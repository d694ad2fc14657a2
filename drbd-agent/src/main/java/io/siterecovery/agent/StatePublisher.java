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
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends states and beats to Kafka, and again what was not acknowledged. A beat says that all that
 * was seen is in Kafka, so none is sent while that is not so; one follows as soon as it is so
 * again, since readers count a change only when a beat made after it has come. Lives on the loop.
 */
final class StatePublisher {

    private static final Logger LOG = LoggerFactory.getLogger(StatePublisher.class);
    private static final Duration TOLERATED = Duration.ofSeconds(1);
    private static final Duration BEHIND = Duration.ofMillis(200);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final Duration RETRY_REFUSED = Duration.ofSeconds(5);
    private static final Duration BEATS_APART = Duration.ofMillis(50);

    /**
     * What a beat says besides how far the telling has come.
     *
     * @param stream how it stands with the stream
     */
    record Report(Map<String, String> versions, String stream, long unparsedLines) {}

    private final AgentConfig config;
    private final SiteTopic topic;
    private final Loop loop;
    private final Supplier<Report> report;
    private final Outbox outbox;
    private String incarnation;

    /** Resources of which Kafka may hold a state. */
    private final Set<String> held = new HashSet<>();

    /** What the dump named and Kafka has not acknowledged; until it has, the stream is not told. */
    private final Set<String> dump = new HashSet<>();

    private boolean dumpEnded;
    private boolean completenessTold;
    private boolean beatOnTheWay;
    private boolean beatPlanned;
    private boolean retryPlanned;
    private long beats;
    private Instant lastBeat = Instant.EPOCH;
    private String beatenIncarnation = "";
    private long beatenSequence;
    private @Nullable Long acknowledgedOffset;

    /** What was acknowledged when nothing was left to be sent: a later word holds all of it. */
    private @Nullable Long settledOffset;

    private @Nullable Instant troubleSince;
    private boolean troubleTold;

    StatePublisher(
            AgentConfig config,
            SiteTopic topic,
            Loop loop,
            String incarnation,
            Supplier<Report> report) {
        this.config = config;
        this.topic = topic;
        this.loop = loop;
        this.report = report;
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

    /**
     * Kafka holds states of these from an earlier life.
     *
     * @param existing what exists, if that is known yet
     */
    Set<String> found(Set<String> resources, Set<String> existing) {
        held.addAll(resources);
        return dumpEnded ? dumpEnded(existing) : Set.of();
    }

    /**
     * Everything that exists has been given to {@link #put}; of what else Kafka holds, nothing
     * does.
     *
     * @param existing what exists
     * @return what is gone
     */
    Set<String> dumpEnded(Set<String> existing) {
        Set<String> gone = new TreeSet<>(held);
        gone.removeAll(existing);
        gone.removeIf(outbox::hasNewsOf);
        gone.forEach(resource -> put(resource, Optional.empty()));
        dumpEnded = true;
        return gone;
    }

    void put(String resource, Optional<DrbdResourceState> state) {
        held.add(resource);
        if (!dumpEnded) {
            dump.add(resource);
        }
        outbox.put(resource, state, Instant.now());
    }

    /** Hands Kafka all that may go. */
    void send() {
        for (Sending sending : outbox.take(Instant.now())) {
            topic.send(
                    headers(sending),
                    sending.state(),
                    (offset, error) -> loop.execute(() -> done(sending, offset, error)));
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
        if (outbox.oldestUnsettled().isEmpty()) {
            settledOffset = acknowledgedOffset;
        }
        Report said = report.get();
        AgentBeat beat =
                new AgentBeat(
                        config.node(),
                        incarnation,
                        outbox.acknowledgedUpTo(),
                        streamComplete(),
                        now,
                        said.versions(),
                        settledOffset,
                        said.stream(),
                        said.unparsedLines());
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
        lastBeat = now;
        beatenIncarnation = incarnation;
        beatenSequence = beat.sequence();
        completenessTold = streamComplete();
        topic.send(headers, beat, (offset, error) -> loop.execute(() -> beatDone(offset, error)));
    }

    /** Says that all changes have arrived, if no beat has said so yet. */
    private void beatForChanges() {
        boolean told =
                beatenIncarnation.equals(incarnation)
                        && beatenSequence >= outbox.acknowledgedUpTo();
        if (told || beatOnTheWay || beatPlanned || outbox.oldestUnsettled().isPresent()) {
            return;
        }
        Duration wait = Duration.between(Instant.now(), lastBeat.plus(BEATS_APART));
        if (wait.isNegative() || wait.isZero()) {
            beat();
            return;
        }
        beatPlanned = true;
        loop.later(
                wait,
                () -> {
                    beatPlanned = false;
                    beatForChanges();
                });
    }

    private boolean streamComplete() {
        return dumpEnded && dump.isEmpty();
    }

    private void beatDone(OptionalLong offset, @Nullable Exception error) {
        beatOnTheWay = false;
        note(error);
        if (error != null) {
            completenessTold = false;
            beatenSequence = 0;
            planRetry(error);
            return;
        }
        arrived(offset);
        beatForChanges();
    }

    private void done(Sending sending, OptionalLong offset, @Nullable Exception error) {
        note(error);
        if (error != null) {
            outbox.failed(sending);
            planRetry(error);
            return;
        }
        arrived(offset);
        outbox.acknowledged(sending);
        if (sending.incarnation().equals(incarnation)) {
            dump.remove(sending.resource());
        }
        if (sending.state() == null && !outbox.hasNewsOf(sending.resource())) {
            held.remove(sending.resource());
        }
        send();
        beatForChanges();
    }

    private void arrived(OptionalLong offset) {
        if (offset.isPresent()) {
            long before = acknowledgedOffset == null ? -1 : acknowledgedOffset;
            acknowledgedOffset = Math.max(before, offset.getAsLong());
        }
    }

    private void planRetry(Exception error) {
        if (!retryPlanned) {
            retryPlanned = true;
            Duration delay = error instanceof RetriableException ? RETRY : RETRY_REFUSED;
            loop.later(
                    delay,
                    () -> {
                        retryPlanned = false;
                        send();
                    });
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
        return "/clusters/" + config.cluster() + "/nodes/" + config.node();
    }
}
