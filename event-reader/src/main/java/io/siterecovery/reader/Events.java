package io.siterecovery.reader;

import io.siterecovery.events.EventType;
import io.siterecovery.events.TenantTopic;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code bin/events}: prints what happens in a deployment. An example of a consumer, to start from.
 *
 * <p>It reads assigned partitions and commits nothing, so any number of them run side by side and
 * each sees everything. A consumer that is to go on where it stopped needs a group of its own,
 * whose name must begin with {@code dr-<deployment>.}, and must expect an event that it has seen
 * before: {@code ce_id} tells.
 */
@Command(
        name = "bin/events",
        description = {
            "Prints the event stream of a deployment, one line for each event.",
            "Ends when it has printed what is there; with --follow it goes on until Ctrl-C."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class Events implements Callable<Integer> {

    enum From {
        BEGINNING,
        NOW
    }

    enum Output {
        TEXT,
        JSON
    }

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int FAILED = 1;

    @Parameters(paramLabel = "DEPLOYMENT", description = "Its name, without dr-.")
    private String deployment = "";

    @Option(names = "--follow", description = "Go on with what happens from here on.")
    private boolean follow;

    @Option(
            names = "--from",
            paramLabel = "beginning|now",
            description = "Where to begin; default: beginning.")
    private From from = From.BEGINNING;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description =
                    "operations (what was done), clusters, drbd (how things are), poison. May be"
                            + " given more than once; default: the first three.")
    private List<TenantTopic> topics =
            List.of(TenantTopic.OPERATIONS, TenantTopic.CLUSTERS, TenantTopic.DRBD);

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: a CloudEvent in structured JSON on each line.")
    private Output output = Output.TEXT;

    @Option(
            names = "--beats",
            description = "Print the agents' beats as well, one a second for each cluster.")
    private boolean beats;

    @ArgGroup(exclusive = false, heading = "%nThe reader's credential, from options:%n")
    private Access.@Nullable Given given;

    @Mixin private final Access.Cluster cluster = new Access.Cluster();
    @Spec private @Nullable CommandSpec spec;

    private final PrintStream out;
    private volatile @Nullable Consumer<String, byte[]> running;
    private volatile boolean stopping;
    private String brokers = "";

    Events(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) {
        Events events = new Events(new PrintStream(System.out, false, StandardCharsets.UTF_8));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> events.stop(ended)));
        int code = FAILED;
        try {
            code = commandLine(events).execute(arguments);
        } finally {
            ended.countDown();
        }
        // After Ctrl-C the JVM ends by itself, with 130; whoever calls exit then waits for good.
        if (!events.stopping) {
            System.exit(code);
        }
    }

    static CommandLine commandLine(Events events) {
        return new CommandLine(events)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> {
                            command.getErr().println("bin/events: " + events.reason(failure));
                            return FAILED;
                        });
    }

    /** Ends the reading, at the end of a line. */
    void stop(CountDownLatch ended) {
        stopping = true;
        Consumer<String, byte[]> consumer = running;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            ended.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Integer call() throws Exception {
        checkArguments();
        Map<String, Object> settings =
                given == null ? cluster.credential(deployment) : given.credential();
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", false);
        settings.put("allow.auto.create.topics", false);
        settings.put("default.api.timeout.ms", 20_000);
        settings.put("enable.metrics.push", false);
        settings.put("reconnect.backoff.ms", 1_000);
        settings.put("reconnect.backoff.max.ms", 5_000);
        brokers = String.valueOf(settings.get("bootstrap.servers"));
        try (var consumer =
                new KafkaConsumer<>(
                        settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            running = consumer;
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            switch (from) {
                case BEGINNING -> consumer.seekToBeginning(partitions);
                case NOW -> consumer.seekToEnd(partitions);
            }
            print(consumer);
        } catch (WakeupException e) {
            // Ctrl-C.
        } finally {
            out.flush();
        }
        return 0;
    }

    private void print(Consumer<String, byte[]> consumer) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (!stopping && !out.checkError()) {
            // Behind compaction and old ends the position is past the last record, never before.
            if (!follow
                    && ends.entrySet().stream()
                            .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                return;
            }
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                boolean later =
                        record.offset()
                                >= ends.getOrDefault(
                                        new TopicPartition(record.topic(), record.partition()), 0L);
                Event event = Event.of(record);
                if ((follow || !later)
                        && (beats || !event.type().equals(EventType.ROUTED_BEATS.type()))) {
                    out.println(
                            switch (output) {
                                case TEXT -> event.line();
                                case JSON -> event.json();
                            });
                }
            }
            out.flush();
        }
    }

    private List<TopicPartition> partitions(Consumer<String, byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (TenantTopic topic : topics) {
            String name = topic.of(deployment);
            var found = consumer.partitionsFor(name);
            if (found == null || found.isEmpty()) {
                throw new IllegalStateException("there is no topic " + name);
            }
            found.forEach(one -> partitions.add(new TopicPartition(name, one.partition())));
        }
        return partitions;
    }

    private void checkArguments() {
        if (!deployment.matches("[a-z0-9]([-a-z0-9]{0,58}[a-z0-9])?")) {
            throw usage("not the name of a deployment: " + Event.harmless(deployment));
        }
        if (from == From.NOW && !follow) {
            throw usage("--from now prints nothing without --follow");
        }
        if (given != null && cluster.isGiven()) {
            throw usage("--kubeconfig and --bootstrap: one of them");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }

    /** Kafka's exceptions in the words of who typed the command. */
    private String reason(Exception failure) {
        String said = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return switch (failure) {
            case AuthenticationException e ->
                    "the brokers refuse the user or the password: " + said;
            case AuthorizationException e ->
                    "the user may not read this, or it does not exist: " + said;
            case TimeoutException e -> "no broker answers at " + brokers + ": " + said;
            case KafkaException e ->
                    e.getCause() == null ? said : said + ": " + e.getCause().getMessage();
            default -> said.isEmpty() ? failure.getClass().getSimpleName() : said;
        };
    }
}
