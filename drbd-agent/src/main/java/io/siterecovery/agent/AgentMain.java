package io.siterecovery.agent;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code bin/drbd-agent}. */
public final class AgentMain {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int WARM_AFTER_SECONDS = 10;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    AgentMain(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        int code = new AgentMain(System.getenv(), out, System.err).run(List.of(arguments));
        out.flush();
        System.exit(code);
    }

    /**
     * @return the exit code
     */
    int run(List<String> arguments) throws InterruptedException {
        String command = arguments.isEmpty() ? "" : arguments.getFirst();
        List<String> rest = arguments.subList(Math.min(1, arguments.size()), arguments.size());
        if (arguments.contains("--help") || arguments.contains("-h") || command.equals("help")) {
            out.print(help());
            return DONE;
        }
        return switch (command) {
            case "run" -> rest.isEmpty() ? follow() : usage("run takes no arguments");
            case "replay" -> rest.isEmpty() ? usage("replay needs a file") : replay(rest);
            case "status" -> rest.isEmpty() ? status() : usage("status takes no arguments");
            case "" -> usage("what is to be done?");
            default -> usage("there is no command " + command);
        };
    }

    private int follow() throws InterruptedException {
        AgentConfig config;
        try {
            config = AgentEnvironment.read(environment);
        } catch (AgentEnvironment.Refused e) {
            err.println("drbd-agent cannot start: " + e.getMessage());
            return USAGE;
        }
        DrbdAgent agent = new DrbdAgent(config);
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "drbd-agent-shutdown"));
        agent.start();
        CountDownLatch ended = new CountDownLatch(1);
        if (!ended.await(WARM_AFTER_SECONDS, TimeUnit.SECONDS)) {
            // A start leaves more garbage behind than an idle agent makes in days.
            System.gc();
        }
        ended.await();
        return DONE;
    }

    private int replay(List<String> files) {
        try {
            Replaying.run(files, System.in, out);
            return DONE;
        } catch (Replaying.Unreadable e) {
            err.println("drbd-agent: " + e.getMessage());
            return FAILED;
        }
    }

    private int status() {
        List<String> drbdsetup = AgentEnvironment.drbdsetup(environment);
        return Seeing.run(drbdsetup, AgentEnvironment.drbdadm(environment, drbdsetup), out, err);
    }

    private int usage(String fault) {
        err.println("drbd-agent: " + fault);
        err.println("drbd-agent run | replay FILE... | status | --help");
        return USAGE;
    }

    static String help() {
        StringBuilder help = new StringBuilder();
        help.append(
                """
                drbd-agent run              follows DRBD on this node and tells Kafka, until it is ended
                drbd-agent replay FILE...   what recorded streams of events2 come to, as JSON;
                                            each starts from nothing; - is standard input
                drbd-agent status           what DRBD says on this node now, as a table

                run is configured by environment variables (status reads DRBDSETUP and DRBDADM):

                """);
        int name = width(Arrays.stream(Setting.values()).map(Setting::name).toList());
        int fallback = width(Arrays.stream(Setting.values()).map(Setting::fallback).toList());
        String line = "  %-" + name + "s  %-" + fallback + "s  %s%n";
        for (Setting setting : Setting.values()) {
            help.append(line.formatted(setting.name(), setting.fallback(), setting.meaning()));
        }
        return help.toString();
    }

    private static int width(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(1);
    }
}
