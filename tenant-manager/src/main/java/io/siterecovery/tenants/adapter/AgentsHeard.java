package io.siterecovery.tenants.adapter;

import static io.vertx.core.Future.await;

import io.siterecovery.events.Topics;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.platform.EventReader;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Subscription;
import io.siterecovery.tenants.core.ClusterSeen.Agent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Which node agents of a physical cluster have been heard, by what they wrote. To be called where
 * awaiting is allowed.
 */
public record AgentsHeard(EventReader reader) {

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    public List<Agent> at(String site) {
        Map<String, Agent> heard = new TreeMap<>();
        Subscription reading =
                reader.subscribe(Topics.siteDrbd(site), null, event -> note(event, heard));
        try {
            await(reading.caughtUp().timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (RuntimeException late) {
            // A topic that nobody has made yet has nothing to tell.
        } finally {
            reading.close();
        }
        return List.copyOf(heard.values());
    }

    private static void note(ReceivedEvent event, Map<String, Agent> heard) {
        if (event.data() instanceof AgentBeat beat) {
            String drbd = beat.versions().getOrDefault("drbd-kernel", "unknown");
            heard.put(event.key(), new Agent(beat.node(), event.appendedAt(), drbd));
        } else if (event.data() == null) {
            heard.remove(event.key());
        }
    }
}
