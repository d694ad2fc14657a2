package io.siterecovery.agent;

import io.siterecovery.agent.core.DemotionWatch;
import io.siterecovery.agent.core.LineSplitter;
import io.siterecovery.agent.core.NodeView;
import io.siterecovery.agent.core.UnparsedLines;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Kafka what DRBD says on one node: follows {@code drbdsetup events2} and publishes the
 * merged state of each resource, and a beat that says how far the telling has come.
 *
 * <p>When the stream ends, all it told is void: a new incarnation starts from nothing, and what the
 * new stream does not name any more is deleted. All state is touched by one thread only, the loop.
 */
public final class DrbdAgent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DrbdAgent.class);
    private static final List<String> EVENTS = List.of("events2", "--full", "--poll");
    private static final Duration FIRST_RESTART = Duration.ofMillis(200);
    private static final Duration LONGEST_RESTART = Duration.ofSeconds(5);
    private static final Duration STABLE = Duration.ofSeconds(10);
    private static final Duration LONGEST_HOLD = Duration.ofMillis(3);
    private static final Duration SETTLING_POLL = Duration.ofMillis(100);

    private final AgentConfig config;
    private final ScheduledThreadPoolExecutor loop;
    private final SiteTopic topic;
    private final StatePublisher publisher;
    private final UnparsedLines unparsed = new UnparsedLines();

    /** What Kafka may hold a state of. */
    private final Set<String> published = new HashSet<>();

    private final DemotionWatch demotions = new DemotionWatch();

    private LineSplitter splitter = new LineSplitter();
    private NodeView view;
    private @Nullable EventStream stream;
    private Instant streamStarted = Instant.EPOCH;
    private Duration restartDelay = FIRST_RESTART;
    private String lastComplaint = "";
    private boolean dumpPublished;
    private boolean restartPlanned;
    private boolean publishPlanned;
    private boolean settlingPollPlanned;

    public DrbdAgent(AgentConfig config) {
        this.config = config;
        this.loop =
                new ScheduledThreadPoolExecutor(
                        1, task -> daemon(task, "drbd-agent-" + config.node()));
        loop.setRemoveOnCancelPolicy(true);
        loop.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        String incarnation = newIncarnation();
        this.topic = new SiteTopic(config);
        this.publisher = new StatePublisher(config, topic, loop, incarnation);
        this.view = new NodeView(config.node(), incarnation, unparsed);
    }

    /** Returns at once; the agent runs until it is closed. */
    public void start() {
        loop.execute(guarded(this::startStream));
        every(config.beatInterval(), publisher::beat);
        every(config.statisticsInterval(), this::askForStatistics);
    }

    /** Stops the child and gives up what Kafka has not taken. */
    @Override
    public void close() {
        execute(this::stopStream);
        loop.shutdown();
        try {
            if (!loop.awaitTermination(5, TimeUnit.SECONDS)) {
                loop.shutdownNow();
            }
        } catch (InterruptedException e) {
            loop.shutdownNow();
            Thread.currentThread().interrupt();
        }
        topic.close();
    }

    private void startStream() {
        restartPlanned = false;
        List<String> command = new ArrayList<>(config.drbdsetup());
        command.addAll(EVENTS);
        Reader reader = new Reader();
        streamStarted = Instant.now();
        try {
            reader.source =
                    EventStream.start(command, "drbd-" + config.node(), this::execute, reader);
            stream = reader.source;
            LOG.atInfo()
                    .addKeyValue("node", config.node())
                    .addKeyValue("command", String.join(" ", command))
                    .log("following DRBD");
        } catch (IOException e) {
            complained(String.valueOf(e.getMessage()));
            restartLater();
        }
    }

    /** What one child says; after its end, or ours, it says nothing more. */
    private final class Reader implements EventStream.Listener, LineSplitter.Lines {
        private @Nullable EventStream source;

        @Override
        public void read(byte[] bytes, boolean more) {
            if (isCurrent()) {
                splitter.feed(bytes, bytes.length, this);
                publishWhenWhole(more);
            }
        }

        @Override
        public void complained(String line) {
            if (isCurrent()) {
                DrbdAgent.this.complained(line);
            }
        }

        @Override
        public void ended(Optional<Integer> exitCode) {
            if (isCurrent()) {
                LOG.atWarn()
                        .addKeyValue("node", config.node())
                        .addKeyValue("exitCode", exitCode.map(String::valueOf).orElse("none"))
                        .addKeyValue("complaint", lastComplaint)
                        .log("the DRBD stream ended");
                stopStream();
                restartLater();
            }
        }

        @Override
        public void tooLong() {
            if (isCurrent()) {
                view.unusable("line too long");
            }
        }

        @Override
        public void line(String line) {
            if (isCurrent()) {
                DrbdAgent.this.line(line);
            }
        }

        private boolean isCurrent() {
            return source != null && source == stream;
        }
    }

    private void line(String line) {
        switch (view.read(line, Instant.now())) {
            case MERGED, ALARM, UNUSABLE -> {}
            case UNUSABLE_NEW_SHAPE ->
                    LOG.atWarn()
                            .addKeyValue("node", config.node())
                            .addKeyValue("line", line.substring(0, Math.min(line.length(), 300)))
                            .addKeyValue("unparsed", unparsed.counts())
                            .log("a line of drbdsetup cannot be used");
            case STREAM_BROKEN -> {
                LOG.atWarn().addKeyValue("node", config.node()).log("DRBD messages were lost");
                stopStream();
                restartLater();
            }
        }
    }

    /**
     * The lines of one kernel event come in one piece, so a piece is published as one change; the
     * rest of a torn one is waited for, but not long.
     */
    private void publishWhenWhole(boolean more) {
        if (!more && !splitter.insideLine()) {
            view.settle();
            publish();
        } else if (!publishPlanned) {
            publishPlanned = true;
            later(
                    LONGEST_HOLD,
                    () -> {
                        publishPlanned = false;
                        publish();
                    });
        }
    }

    private void publish() {
        if (!view.complete()) {
            return;
        }
        NodeView.Changes changes = view.takeChanges();
        changes.states().forEach(this::put);
        if (!dumpPublished) {
            dumpPublished = true;
            Set<String> gone = new HashSet<>(published);
            gone.removeAll(view.names());
            gone.forEach(resource -> put(resource, Optional.empty()));
            publisher.dumpEnded();
            LOG.atInfo()
                    .addKeyValue("node", config.node())
                    .addKeyValue("resources", view.names().size())
                    .addKeyValue("gone", gone.size())
                    .log("the DRBD stream is complete");
        }
        publisher.send();
        watchDemoted(changes.demoted());
    }

    private void put(String resource, Optional<DrbdResourceState> state) {
        published.add(resource);
        publisher.put(resource, state);
    }

    /** DRBD does not push figures, and a planned failover waits for these to become zero. */
    private void watchDemoted(Set<String> demoted) {
        if (!demoted.isEmpty()) {
            askForStatistics();
        }
        if (demotions.isBusy(view, demoted, Instant.now()) && !settlingPollPlanned) {
            settlingPollPlanned = true;
            later(
                    SETTLING_POLL,
                    () -> {
                        settlingPollPlanned = false;
                        askForStatistics();
                        watchDemoted(Set.of());
                    });
        }
    }

    private void askForStatistics() {
        if (stream != null && view.complete()) {
            stream.askForStatistics();
        }
    }

    private void complained(String line) {
        if (!line.equals(lastComplaint)) {
            lastComplaint = line;
            LOG.atWarn()
                    .addKeyValue("node", config.node())
                    .addKeyValue("line", line)
                    .log("drbdsetup complains");
        }
    }

    private void stopStream() {
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }

    private void restartLater() {
        String incarnation = newIncarnation();
        splitter = new LineSplitter();
        view = new NodeView(config.node(), incarnation, unparsed);
        dumpPublished = false;
        demotions.clear();
        publisher.restart(incarnation);
        if (Instant.now().isAfter(streamStarted.plus(STABLE))) {
            restartDelay = FIRST_RESTART;
        }
        if (restartPlanned) {
            return;
        }
        restartPlanned = true;
        later(restartDelay, this::startStream);
        Duration doubled = restartDelay.multipliedBy(2);
        restartDelay = doubled.compareTo(LONGEST_RESTART) < 0 ? doubled : LONGEST_RESTART;
    }

    private void every(Duration interval, Runnable task) {
        ScheduledFuture<?> _ =
                loop.scheduleWithFixedDelay(
                        guarded(task), 0, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void later(Duration delay, Runnable task) {
        if (!loop.isShutdown()) {
            ScheduledFuture<?> _ =
                    loop.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void execute(Runnable task) {
        if (!loop.isShutdown()) {
            loop.execute(guarded(task));
        }
    }

    /** A bug of ours voids what we told: start again from nothing rather than go on half right. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("node", config.node()).setCause(e).log("agent failed");
                stopStream();
                restartLater();
            }
        };
    }

    private static String newIncarnation() {
        return UUID.randomUUID().toString();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
