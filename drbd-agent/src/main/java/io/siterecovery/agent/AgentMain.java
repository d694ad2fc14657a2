package io.siterecovery.agent;

import java.util.concurrent.CountDownLatch;

/** Runs one agent until the process is told to end. */
public final class AgentMain {

    private static final int USAGE = 2;

    public static void main(String[] args) throws InterruptedException {
        AgentConfig config;
        try {
            config = AgentEnvironment.read(System.getenv());
        } catch (AgentEnvironment.Refused e) {
            System.err.println("drbd-agent cannot start: " + e.getMessage());
            System.exit(USAGE);
            return;
        }
        DrbdAgent agent = new DrbdAgent(config);
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "drbd-agent-shutdown"));
        agent.start();
        new CountDownLatch(1).await();
    }

    private AgentMain() {}
}
