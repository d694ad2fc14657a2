package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.quickstart.Plan.Group;
import io.siterecovery.sandbox.quickstart.Sightings.Sighting;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Waits until every group is accepted, runs, and its data are on both sites. */
final class GroupWait {

    private final Sightings sightings;
    private final Narrator narrator;
    private final Map<String, String> missing = new LinkedHashMap<>();

    GroupWait(Sightings sightings, Narrator narrator) {
        this.sightings = sightings;
        this.narrator = narrator;
    }

    /**
     * @throws QuickstartFailure if one is refused, or not ready by then; says what was seen last
     */
    void until(Plan plan, Duration deadline) {
        for (Group group : plan.groups()) {
            missing.put(key(group), "has no status yet: is the control plane running?");
        }
        long end = Sightings.in(deadline);
        while (!missing.isEmpty()) {
            Optional<Sighting> next = sightings.next(end);
            if (next.isEmpty()) {
                throw new QuickstartFailure(
                        "not ready after %d s: %s".formatted(deadline.toSeconds(), missing));
            }
            plan.groups().forEach(group -> look(group, next.get()));
        }
    }

    private void look(Group group, Sighting seen) {
        if (seen.site() != Role.PRIMARY
                || !seen.kind().equals(group.kind())
                || !seen.namespace().equals(group.namespace())
                || !seen.name().equals(group.name())
                || !missing.containsKey(key(group))
                || seen.text("/status/state").isEmpty()) {
            return;
        }
        String state = seen.text("/status/state");
        String health = seen.text("/status/replicationHealth");
        String current = seen.text("/status/currentState");
        if (state.equals("Failed")) {
            throw new QuickstartFailure(key(group) + " was refused: " + refusal(seen));
        }
        if (state.equals("Active") && health.equals("Healthy") && current.equals("running")) {
            missing.remove(key(group));
            narrator.say(
                    "group %s: %s, %s VMs, %s",
                    key(group), state, seen.text("/status/vmCount"), health);
        } else {
            missing.put(key(group), "is %s, %s, %s".formatted(state, health, current));
        }
    }

    private static String refusal(Sighting seen) {
        StringBuilder text = new StringBuilder();
        for (JsonNode condition : seen.object().orElseThrow().at("/status/conditions")) {
            if (condition.path("status").asText().equals("True")) {
                text.append(condition.path("message").asText()).append(' ');
            }
        }
        return text.toString().strip();
    }

    private static String key(Group group) {
        return group.namespace() + "/" + group.name();
    }
}
