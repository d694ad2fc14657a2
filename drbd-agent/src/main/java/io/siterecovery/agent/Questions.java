package io.siterecovery.agent;

import io.siterecovery.agent.core.DemotionWatch;
import io.siterecovery.agent.core.NodeView;
import io.siterecovery.agent.core.ShowDocument;
import io.siterecovery.agent.core.UnparsedLines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks DRBD what it does not push: figures, options, and whether the stream has told the truth.
 * Lives on the loop.
 */
final class Questions {

    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);
    private static final Duration SETTLING = Duration.ofMillis(100);
    private static final Duration ANSWERED = Duration.ofSeconds(1);
    private static final Duration OPTIONS_SOON = Duration.ofMillis(100);
    private static final Duration OPTIONS_APART = Duration.ofSeconds(1);
    private static final Duration OPTIONS_ANYHOW = Duration.ofSeconds(60);
    private static final Duration DOUBTS_APART = Duration.ofSeconds(10);
    private static final Duration DOUBT_AGAIN = Duration.ofSeconds(1);

    private final AgentConfig config;
    private final Loop loop;
    private final Commands commands;
    private final StreamFollower follower;
    private final Runnable answered;
    private final DemotionWatch demotions = new DemotionWatch();

    private @Nullable Instant asked;
    private boolean dumpRunning;
    private boolean settlingPlanned;
    private boolean optionsPlanned;
    private boolean doubtPlanned;
    private Instant optionsRead = Instant.EPOCH;
    private Instant doubtChecked = Instant.EPOCH;
    private Set<String> disputed = Set.of();

    /**
     * @param answered called when the view has learned something
     */
    Questions(
            AgentConfig config,
            Loop loop,
            Commands commands,
            StreamFollower follower,
            Runnable answered) {
        this.config = config;
        this.loop = loop;
        this.commands = commands;
        this.follower = follower;
        this.answered = answered;
    }

    void start() {
        loop.every(config.statisticsInterval(), this::figures);
        loop.every(OPTIONS_ANYHOW, this::options);
    }

    /** What was asked of an earlier stream is of no use. */
    void restarted() {
        asked = null;
        demotions.clear();
        disputed = Set.of();
    }

    void figures() {
        NodeView view = follower.view();
        if (!view.complete()) {
            return;
        }
        Instant now = Instant.now();
        if (!follower.dialect().asksOnStdin()) {
            figuresFromADump(view, now);
            return;
        }
        if (asked != null && asked.plus(ANSWERED).isBefore(now)) {
            view.sampled(asked);
            asked = null;
        }
        if (asked == null) {
            asked = now;
        }
        follower.stream().ifPresent(EventStream::askForStatistics);
    }

    /** A planned failover waits for the figures of a demoted resource to become zero. */
    void watch(Set<String> demoted) {
        if (!demoted.isEmpty()) {
            figures();
        }
        if (demotions.isBusy(follower.view(), demoted, Instant.now()) && !settlingPlanned) {
            settlingPlanned = true;
            loop.later(
                    SETTLING,
                    () -> {
                        settlingPlanned = false;
                        figures();
                        watch(Set.of());
                    });
        }
    }

    /** Options are read soon, once for many reasons. */
    void options() {
        if (optionsPlanned || !follower.view().complete()) {
            return;
        }
        optionsPlanned = true;
        Duration apart = Duration.between(Instant.now(), optionsRead.plus(OPTIONS_APART));
        loop.later(
                apart.compareTo(OPTIONS_SOON) > 0 ? apart : OPTIONS_SOON,
                () -> {
                    optionsPlanned = false;
                    readOptions();
                });
    }

    /** Something may have been missed: the kernel is asked for all that exists. */
    void doubt() {
        if (doubtPlanned) {
            return;
        }
        doubtPlanned = true;
        Duration apart = Duration.between(Instant.now(), doubtChecked.plus(DOUBTS_APART));
        loop.later(apart.isNegative() ? Duration.ZERO : apart, this::compare);
    }

    private void figuresFromADump(NodeView view, Instant now) {
        if (dumpRunning) {
            return;
        }
        dumpRunning = true;
        commands.run(
                command(follower.dialect().dumpArguments()),
                output -> {
                    dumpRunning = false;
                    if (isCurrent(view) && output.filter(Commands.Output::succeeded).isPresent()) {
                        view.figures(output.get().stdout(), now);
                        view.sampled(now);
                        answered.run();
                    }
                });
    }

    private void readOptions() {
        NodeView view = follower.view();
        optionsRead = Instant.now();
        commands.run(
                command(List.of("show", "--json")),
                output -> {
                    if (!isCurrent(view)) {
                        return;
                    }
                    if (output.map(Commands.Output::wasKilled).orElse(true)) {
                        options();
                        return;
                    }
                    output.filter(Commands.Output::succeeded)
                            .flatMap(
                                    said ->
                                            ShowDocument.read(
                                                    said.stdout(),
                                                    follower.versions().showsDefaults()))
                            .ifPresentOrElse(
                                    view::configured,
                                    () ->
                                            LOG.atDebug()
                                                    .addKeyValue("node", config.node())
                                                    .log("drbdsetup shows no options"));
                    answered.run();
                });
    }

    private void compare() {
        NodeView view = follower.view();
        doubtChecked = Instant.now();
        commands.run(
                command(follower.dialect().dumpArguments()),
                output -> {
                    doubtPlanned = false;
                    if (!isCurrent(view) || output.filter(Commands.Output::succeeded).isEmpty()) {
                        return;
                    }
                    NodeView dumped = new NodeView(config.node(), "", new UnparsedLines());
                    output.get().stdout().lines().forEach(line -> dumped.read(line, null));
                    view.settle();
                    judge(dumped.complete() ? view.differences(dumped) : Set.of());
                });
    }

    /** A change may have come between the stream and the dump, so it takes two looks. */
    private void judge(Set<String> different) {
        List<String> twice = different.stream().filter(disputed::contains).toList();
        disputed = different;
        if (!twice.isEmpty()) {
            disputed = Set.of();
            follower.renew("the stream has missed a change of " + String.join(", ", twice));
        } else if (!different.isEmpty()) {
            doubtPlanned = true;
            loop.later(DOUBT_AGAIN, this::compare);
        }
    }

    private boolean isCurrent(NodeView view) {
        return view == follower.view();
    }

    private List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(config.drbdsetup());
        command.addAll(arguments);
        return command;
    }
}
