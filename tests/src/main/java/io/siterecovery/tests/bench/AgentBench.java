package io.siterecovery.tests.bench;

import io.siterecovery.events.Topics;
import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench agent}. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "bin/drbd-agent as a process, beside a broker and a stand-in for drbdsetup that says what"
                    + " it is told; and its parser.",
            "ratio: lines per second of plainly reading lines and splitting them at blanks, over"
                    + " those of the agent's parser; the aim is 4."
        })
final class AgentBench implements Callable<Integer> {

    private static final String SITE = "0123456789ab";
    private static final String USER = "agent";
    private static final String PASSWORD = "secret";
    private static final int BURST_LINES_PER_SECOND = 5_000;
    private static final int LINES_AT_ONCE = 25;
    private static final double MILLIS = 1e6;

    @Option(
            names = "--resources",
            paramLabel = "N",
            defaultValue = "200",
            description = "each with two peers (default: ${DEFAULT-VALUE})")
    private int resources;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "over which the idle agent's CPU is taken (default: ${DEFAULT-VALUE})")
    private int idleSeconds;

    @Option(
            names = "--changes",
            paramLabel = "N",
            defaultValue = "1000",
            description = "single changes whose delay is taken (default: ${DEFAULT-VALUE})")
    private int changes;

    @Option(
            names = "--burst",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "of 5,000 lines a second (default: ${DEFAULT-VALUE})")
    private int burstSeconds;

    /** What was said last of each resource, and when each score was said. */
    private final Map<String, Integer> last = new HashMap<>();

    private final Map<Integer, Long> said = new HashMap<>();
    private int score;

    private AgentBench() {}

    @Override
    public Integer call() throws Exception {
        Path home = Path.of(System.getProperty("site-recovery.home", "."));
        AgentProcess.prepare(home);
        ParseRace.Result race = ParseRace.over(home.resolve("drbd-agent/src/test/resources"));
        Path dir = Files.createTempDirectory("agent-bench");
        String topic = Topics.siteDrbd(SITE);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0)) {
            kafka.createTopic(topic, true, 1);
            kafka.createUser(USER, PASSWORD);
            kafka.allow(
                    USER,
                    new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                    AclOperation.READ,
                    AclOperation.WRITE,
                    AclOperation.DESCRIBE);
            try (StateWatch watch = new StateWatch(kafka.adminProperties(), topic);
                    ToldDrbdsetup drbd = new ToldDrbdsetup(dir.resolve("drbd"), resources)) {
                measure(home, dir, kafka.bootstrap(), watch, drbd, race);
            }
        }
        return 0;
    }

    private void measure(
            Path home,
            Path dir,
            String bootstrap,
            StateWatch watch,
            ToldDrbdsetup drbd,
            ParseRace.Result race)
            throws Exception {
        long started = System.nanoTime();
        try (AgentProcess agent =
                AgentProcess.start(home, dir, environment(bootstrap, drbd.command()))) {
            drbd.open();
            double first = (watch.awaitFirst() - started) / MILLIS;
            watch.awaitStates(resources);
            double all = (System.nanoTime() - started) / MILLIS;

            // It cleans up behind its start; that is not what it costs from then on.
            TimeUnit.SECONDS.sleep(15);
            double cpu = agent.cpuSeconds();
            TimeUnit.SECONDS.sleep(idleSeconds);
            double idlePercent = 100 * (agent.cpuSeconds() - cpu) / idleSeconds;
            double resident = agent.residentMebibytes();

            singles(drbd);
            watch.awaitScores(last);
            Delays single = delays(watch);

            said.clear();
            cpu = agent.cpuSeconds();
            long lines = burst(drbd);
            watch.awaitScores(last);
            double cpuPerLine = 1e6 * (agent.cpuSeconds() - cpu) / lines;
            Delays burst = delays(watch);

            row("parser, lines/s", race.parsed());
            row("parsed and merged, lines/s", race.merged());
            row("read and split, lines/s", race.split());
            row("resident, MiB (aim 85)", resident);
            row("resident after the burst, MiB", agent.residentMebibytes());
            row("CPU idle, % of a core (aim 0.5)", idlePercent);
            row("CPU per line of the burst, us", cpuPerLine);
            row("start to first record, ms (aim 2000)", first);
            row("start to all " + resources + " resources, ms", all);
            row("line to view p50, ms", single.p50());
            row("line to view p99, ms (aim 20)", single.p99());
            row("burst lines", lines);
            row("burst: resources not as last said", watch.wrong(last));
            row("burst: lines not understood", watch.unparsed());
            row("burst: lag p99, ms", burst.p99());
            row("burst: longest lag, ms (aim 1000)", burst.longest());
            System.out.println(
                    new Figures()
                            .with("ratio", race.ratio())
                            .with("parsedLinesPerSecond", Math.round(race.parsed()))
                            .with("mergedLinesPerSecond", Math.round(race.merged()))
                            .with("splitLinesPerSecond", Math.round(race.split()))
                            .with("rssMiB", resident)
                            .with("rssAfterBurstMiB", agent.residentMebibytes())
                            .with("idleCpuPercent", idlePercent)
                            .with("cpuMicrosPerLine", cpuPerLine)
                            .with("firstRecordMillis", first)
                            .with("delayP50Millis", single.p50())
                            .with("delayP99Millis", single.p99())
                            .with("burstLines", lines)
                            .with("burstLost", watch.wrong(last) + Math.max(0, watch.unparsed()))
                            .with("burstLagP99Millis", burst.p99())
                            .with("burstLagMillis", burst.longest())
                            .toJson());
        }
    }

    private static Map<String, String> environment(String bootstrap, String drbdsetup) {
        Map<String, String> environment = new HashMap<>();
        environment.put("NODE_NAME", "n1");
        environment.put("CLUSTER_NAME", "bench");
        environment.put("SITE_ID", SITE);
        environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrap);
        environment.put("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT");
        environment.put("KAFKA_USERNAME", USER);
        environment.put("KAFKA_PASSWORD", PASSWORD);
        environment.put("DRBDSETUP", drbdsetup);
        environment.put("DRBDADM", drbdsetup);
        return environment;
    }

    /** One change at a time, each after a moment of quiet. */
    private void singles(ToldDrbdsetup drbd) throws Exception {
        for (int i = 0; i < changes; i++) {
            say(drbd, List.of(i % resources));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private long burst(ToldDrbdsetup drbd) throws Exception {
        long lines = 0;
        long begun = System.nanoTime();
        long wanted = (long) BURST_LINES_PER_SECOND * burstSeconds;
        while (lines < wanted) {
            List<Integer> some = new ArrayList<>();
            for (int i = 0; i < LINES_AT_ONCE; i++) {
                some.add((int) (lines++ % resources));
            }
            say(drbd, some);
            long due = begun + lines * 1_000_000_000L / BURST_LINES_PER_SECOND;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        return lines;
    }

    private void say(ToldDrbdsetup drbd, List<Integer> some) throws Exception {
        List<Integer> scores = new ArrayList<>();
        long now = System.nanoTime();
        for (int resource : some) {
            scores.add(++score);
            said.put(score, now);
            last.put(drbd.names().get(resource), score);
        }
        drbd.say(some, scores);
    }

    /** In milliseconds; of what was overtaken by a newer state nothing is known, and not wanted. */
    private record Delays(double p50, double p99, double longest) {}

    private Delays delays(StateWatch watch) {
        Map<Integer, Long> arrived = watch.arrived();
        List<Double> all = new ArrayList<>();
        said.forEach(
                (number, at) -> {
                    Long there = arrived.get(number);
                    if (there != null) {
                        all.add((there - at) / MILLIS);
                    }
                });
        Collections.sort(all);
        return new Delays(all.get(all.size() / 2), all.get(all.size() * 99 / 100), all.getLast());
    }

    private static void row(String name, Number value) {
        System.out.printf("%-40s %,14.2f%n", name, value.doubleValue());
    }
}
