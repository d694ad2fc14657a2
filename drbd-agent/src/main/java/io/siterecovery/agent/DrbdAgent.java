package io.siterecovery.agent;

import io.siterecovery.agent.core.NodeView;
import io.siterecovery.agent.core.RestartDelay;
import io.siterecovery.agent.core.UnparsedLines;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
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

    /** Nothing else begins before the taint is set, but for this long only. */
    private static final Duration TAINT_FIRST = Duration.ofSeconds(1);

    private static final Duration GUARD_SOON = Duration.ofMillis(100);

    /** The first states come first. */
    private static final Duration HISTORY_AFTER = Duration.ofSeconds(1);

    private static final Duration HISTORY_AGAIN = Duration.ofSeconds(10);

    private final AgentConfig config;
    private final Loop loop;
    private final Commands commands;
    private final SiteTopic topic;
    private final UnparsedLines unparsed = new UnparsedLines();
    private final StreamFollower follower;
    private final Questions questions;
    private final StatePublisher publisher;

    private final GoneNodes goneNodes;
    private final Optional<NodeGuard> guard;

    private boolean dumpPublished;
    private boolean guardPlanned;

    public DrbdAgent(AgentConfig config) {
        this.config = config;
        this.loop = new Loop("drbd-agent-" + config.node(), this::failed);
        this.commands = new Commands("drbd-commands-" + config.node(), loop);
        this.topic = new SiteTopic(config);
        this.follower =
                new StreamFollower(
                        config,
                        loop,
                        commands,
                        unparsed,
                        new RestartDelay(RestartDelay.LONGEST),
                        new FromStream());
        this.questions = new Questions(config, loop, commands, follower, this::publish);
        this.publisher =
                new StatePublisher(config, topic, loop, follower.incarnation(), this::report);
        this.goneNodes = new GoneNodes(config, topic, loop);
        this.guard =
                config.kubernetes()
                        .map(
                                access ->
                                        new NodeGuard(
                                                config.node(),
                                                access,
                                                config.notReadyLimit(),
                                                loop));
    }

    /** Returns at once; the agent runs until it is closed. */
    public void start() {
        guard.ifPresentOrElse(
                first -> loop.execute(() -> first.start(TAINT_FIRST, follower::start)),
                () -> loop.execute(follower::start));
        loop.every(config.beatInterval(), publisher::beat);
        questions.start();
        loop.later(HISTORY_AFTER, this::readHistory);
        goneNodes.start();
    }

    /** Stops the child and gives up what Kafka has not taken. */
    @Override
    public void close() {
        loop.execute(follower::stop);
        loop.close();
        commands.close();
        guard.ifPresent(NodeGuard::close);
        topic.close();
    }

    private void readHistory() {
        Thread reading =
                Loop.daemon(
                        () -> {
                            TopicHistory.Result result = TopicHistory.read(config);
                            loop.execute(() -> remember(result));
                            goneNodes.look(result);
                        },
                        "drbd-history-" + config.node());
        reading.start();
    }

    private void remember(TopicHistory.Result result) {
        switch (result) {
            case TopicHistory.Result.Read(var nodes) -> {
                TopicHistory.Left own = nodes.get(config.node());
                Set<String> gone =
                        own == null
                                ? Set.of()
                                : publisher.found(own.resources(), follower.view().names());
                publisher.send();
                guard.ifPresent(g -> g.expect(own == null ? Set.of() : own.resources()));
                LOG.atInfo()
                        .addKeyValue("node", config.node())
                        .addKeyValue("earlier", own == null ? 0 : own.resources().size())
                        .addKeyValue("gone", gone)
                        .log("the topic was read back");
            }
            case TopicHistory.Result.Refused(String reason) ->
                    LOG.atWarn()
                            .addKeyValue("node", config.node())
                            .addKeyValue("reason", reason)
                            .log("the topic cannot be read back; what an earlier life left stays");
            case TopicHistory.Result.Failed(String reason) -> {
                LOG.atDebug()
                        .addKeyValue("node", config.node())
                        .addKeyValue("reason", reason)
                        .log("the topic was not read back yet");
                loop.later(HISTORY_AGAIN, this::readHistory);
            }
        }
    }

    private final class FromStream implements StreamFollower.Listener {
        @Override
        public void restarted(String incarnation) {
            dumpPublished = false;
            questions.restarted();
            publisher.restart(incarnation);
            guardSoon();
        }

        @Override
        public void read(NodeView view) {
            publish();
        }
    }

    private void publish() {
        NodeView view = follower.view();
        if (!view.complete()) {
            return;
        }
        NodeView.Changes changes = view.takeChanges();
        changes.states().forEach(publisher::put);
        if (!dumpPublished) {
            dumpPublished = true;
            endDump(view);
        }
        publisher.send();
        guardSoon();
        questions.watch(changes.demoted());
        if (changes.reconfigured()) {
            questions.options();
        }
        if (view.takeDoubt()) {
            questions.doubt();
        }
    }

    private void guardSoon() {
        if (guard.isPresent() && !guardPlanned) {
            guardPlanned = true;
            loop.later(
                    GUARD_SOON,
                    () -> {
                        guardPlanned = false;
                        NodeView view = follower.view();
                        guard.get().look(view.complete(), view.states());
                    });
        }
    }

    private void endDump(NodeView view) {
        Set<String> gone = publisher.dumpEnded(view.names());
        LOG.atInfo()
                .addKeyValue("node", config.node())
                .addKeyValue("resources", view.names().size())
                .addKeyValue("gone", gone.size())
                .log("the DRBD stream is complete");
    }

    private StatePublisher.Report report() {
        return new StatePublisher.Report(
                follower.versions().words(), follower.health(), unparsed.total());
    }

    /** A bug of ours voids what we told: start again from nothing rather than go on half right. */
    private void failed(RuntimeException bug) {
        LOG.atError().addKeyValue("node", config.node()).setCause(bug).log("agent failed");
        follower.renew("the agent failed");
    }
}
