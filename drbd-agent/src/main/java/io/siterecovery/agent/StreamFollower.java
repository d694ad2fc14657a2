package io.siterecovery.agent;

import io.siterecovery.agent.core.Dialect;
import io.siterecovery.agent.core.LineSplitter;
import io.siterecovery.agent.core.NodeView;
import io.siterecovery.agent.core.RestartDelay;
import io.siterecovery.agent.core.StreamEnd;
import io.siterecovery.agent.core.UnparsedLines;
import io.siterecovery.agent.core.Versions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one {@code drbdsetup events2} running and its {@link NodeView} true. When the child ends,
 * all it told is void: another one starts from nothing under a new incarnation. Lives on the loop.
 */
final class StreamFollower {

    private static final Logger LOG = LoggerFactory.getLogger(StreamFollower.class);

    /** The lines of a kernel event come in one piece, or with less than this between them. */
    private static final Duration QUIET = Duration.ofNanos(400_000);

    /** A reader that never falls quiet is published as often as this. */
    private static final Duration LONGEST_HOLD = Duration.ofMillis(3);

    private static final Duration LONGEST_FOR_VERSIONS = Duration.ofMillis(800);
    private static final int MOST_COMPLAINTS = 20;
    private static final int LONGEST_SHOWN = 300;

    /** Hears what the stream brings. */
    interface Listener {
        /** From here on nothing that was told before is true. */
        void restarted(String incarnation);

        /** Whole events have been read. */
        void read(NodeView view);
    }

    private final AgentConfig config;
    private final Loop loop;
    private final Commands commands;
    private final UnparsedLines unparsed;
    private final Listener listener;
    private final RestartDelay delay;
    private final List<String> complaints = new ArrayList<>();

    private LineSplitter splitter = new LineSplitter();
    private String incarnation = UUID.randomUUID().toString();
    private NodeView view;
    private Versions versions = Versions.UNKNOWN;
    private @Nullable Dialect understood;
    private @Nullable EventStream stream;
    private @Nullable StreamEnd lastEnd;
    private boolean restartPlanned;
    private boolean starting;
    private boolean settlePlanned;
    private long lastReadNanos;
    private long firstHeldNanos;

    StreamFollower(
            AgentConfig config,
            Loop loop,
            Commands commands,
            UnparsedLines unparsed,
            RestartDelay delay,
            Listener listener) {
        this.config = config;
        this.loop = loop;
        this.commands = commands;
        this.unparsed = unparsed;
        this.delay = delay;
        this.listener = listener;
        this.view = new NodeView(config.node(), incarnation, unparsed);
    }

    /** Asks for the versions and follows; an answer that does not come soon is not waited for. */
    void start() {
        restartPlanned = false;
        starting = true;
        if (config.drbdadm().isEmpty()) {
            follow();
            return;
        }
        List<String> command = new ArrayList<>(config.drbdadm());
        command.add("--version");
        commands.run(
                command,
                output -> {
                    versions =
                            output.map(said -> Versions.read(said.stdout()))
                                    .orElse(Versions.UNKNOWN);
                    follow();
                });
        loop.later(LONGEST_FOR_VERSIONS, this::follow);
    }

    void stop() {
        starting = false;
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }

    NodeView view() {
        return view;
    }

    /** One unbroken stream. */
    String incarnation() {
        return incarnation;
    }

    Versions versions() {
        return versions;
    }

    Dialect dialect() {
        return understood == null ? Dialect.of(versions) : understood;
    }

    /** The running child. */
    Optional<EventStream> stream() {
        return Optional.ofNullable(stream);
    }

    /** As beats say it. */
    String health() {
        if (view.complete()) {
            return "Following";
        }
        return switch (lastEnd) {
            case StreamEnd.NoKernelModule _, StreamEnd.ModuleUnloaded _ -> "NoKernelModule";
            case null -> "Starting";
            case StreamEnd.NotUnderstood _,
                    StreamEnd.Killed _,
                    StreamEnd.OutputClosed _,
                    StreamEnd.Exited _ ->
                    "Failing";
        };
    }

    /** What was told cannot be trusted any more. */
    void renew(String reason) {
        LOG.atWarn()
                .addKeyValue("node", config.node())
                .addKeyValue("reason", reason)
                .log("the DRBD stream is read anew");
        stop();
        restartLater();
    }

    private void follow() {
        if (!starting) {
            return;
        }
        starting = false;
        List<String> command = new ArrayList<>(config.drbdsetup());
        command.addAll(dialect().arguments());
        Reader reader = new Reader();
        complaints.clear();
        delay.started(Instant.now());
        try {
            reader.source = EventStream.start(command, "drbd-" + config.node(), loop, reader);
            stream = reader.source;
            LOG.atInfo()
                    .addKeyValue("node", config.node())
                    .addKeyValue("command", String.join(" ", command))
                    .addKeyValue("versions", versions.words())
                    .log("following DRBD");
        } catch (IOException e) {
            ended(new StreamEnd.Exited(-1, String.valueOf(e.getMessage())));
        }
    }

    private void ended(StreamEnd end) {
        if (!end.equals(lastEnd)) {
            LOG.atWarn()
                    .addKeyValue("node", config.node())
                    .addKeyValue("reason", end.text())
                    .log("the DRBD stream ended");
        }
        lastEnd = end;
        stop();
        switch (end) {
            case StreamEnd.NotUnderstood _ when dialect() == Dialect.FULL -> {
                understood = Dialect.DELTAS;
                delay.none();
            }
            case StreamEnd.NotUnderstood _ -> understood = null;
            case StreamEnd.NoKernelModule _ -> delay.longest();
            case StreamEnd.ModuleUnloaded _ -> {
                understood = null;
                delay.longest();
            }
            case StreamEnd.Killed _, StreamEnd.OutputClosed _, StreamEnd.Exited _ -> {}
        }
        restartLater();
    }

    private void restartLater() {
        incarnation = UUID.randomUUID().toString();
        splitter = new LineSplitter();
        view = new NodeView(config.node(), incarnation, unparsed);
        listener.restarted(incarnation);
        if (!restartPlanned) {
            restartPlanned = true;
            loop.later(delay.next(Instant.now()), this::start);
        }
    }

    /** What one child says; after its end, or ours, it says nothing more. */
    private final class Reader implements EventStream.Listener, LineSplitter.Lines {
        private @Nullable EventStream source;

        @Override
        public void read(byte[] bytes, boolean more) {
            if (isCurrent()) {
                splitter.feed(bytes, bytes.length, this);
            }
            if (isCurrent()) {
                publishOrHold(more);
            }
        }

        @Override
        public void complained(String line) {
            if (isCurrent() && complaints.size() < MOST_COMPLAINTS) {
                complaints.add(line);
            }
        }

        @Override
        public void ended(Optional<Integer> exitCode) {
            if (isCurrent()) {
                StreamFollower.this.ended(StreamEnd.of(exitCode, complaints));
            }
        }

        @Override
        public void tooLong() {
            if (isCurrent()
                    && view.unusable("line too long") == NodeView.Reading.UNUSABLE_NEW_SHAPE) {
                tellUnusable("more than " + LineSplitter.LONGEST_LINE_BYTES + " bytes");
            }
        }

        @Override
        public void line(String line) {
            if (isCurrent()) {
                StreamFollower.this.line(line);
            }
        }

        private boolean isCurrent() {
            return source != null && source == stream;
        }
    }

    private void line(String line) {
        switch (view.read(line, Instant.now())) {
            case MERGED, UNUSABLE -> {}
            case ALARM ->
                    LOG.atWarn()
                            .addKeyValue("node", config.node())
                            .addKeyValue("line", shown(line))
                            .log("DRBD raises an alarm");
            case UNUSABLE_NEW_SHAPE -> tellUnusable(line);
            case STREAM_BROKEN -> renew("messages of the kernel were lost");
        }
    }

    private void tellUnusable(String line) {
        LOG.atWarn()
                .addKeyValue("node", config.node())
                .addKeyValue("line", shown(line))
                .addKeyValue("drbd_events2_unparsed_total", unparsed.counts())
                .log("a line of drbdsetup cannot be used");
    }

    private static String shown(String line) {
        return line.substring(0, Math.min(line.length(), LONGEST_SHOWN));
    }

    /**
     * Whole events are told at once. One that may go on is waited for, but only as long as no
     * further byte comes; while there is much to read, telling may wait a little.
     */
    private void publishOrHold(boolean more) {
        if (view.complete() && lastEnd != null) {
            lastEnd = null;
        }
        if (!more) {
            listener.read(view);
        }
        lastReadNanos = System.nanoTime();
        if ((more || view.isOpen()) && !settlePlanned) {
            firstHeldNanos = lastReadNanos;
            planSettling();
        }
    }

    private void planSettling() {
        settlePlanned = true;
        loop.later(
                QUIET,
                () -> {
                    settlePlanned = false;
                    long now = System.nanoTime();
                    boolean quiet =
                            now - lastReadNanos >= QUIET.toNanos() && !splitter.insideLine();
                    if (quiet || now - firstHeldNanos >= LONGEST_HOLD.toNanos()) {
                        view.settle();
                        listener.read(view);
                    } else {
                        planSettling();
                    }
                });
    }
}
