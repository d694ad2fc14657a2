package io.siterecovery.reader;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What an event says, in a few words. Types that it does not know are shown as they are. */
final class Told {

    private static final String PREFIX = "io.siterecovery.";

    static String of(String type, JsonNode data) {
        String known = type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : type;
        // Types are words from outside: new ones come with every release.
        return switch (known) {
            case "operation.step-taken.v1" ->
                    "%s %s: %s"
                            .formatted(of(data, "failover"), of(data, "step"), of(data, "message"));
            case "site.diagnosed.v1" ->
                    "%s since %s: %s"
                            .formatted(
                                    of(data, "verdict"),
                                    of(data, "since"),
                                    list(data.path("witnesses")));
            case "cluster.reachability-observed.v1" -> reachability(data);
            case "virtual-machine.observed.v1" ->
                    words(
                            of(data, "runStrategy"),
                            flag(data, "running", "wished running"),
                            of(data, "printableStatus"),
                            deleting(data));
            case "virtual-machine-instance.observed.v1" ->
                    words(
                            of(data, "phase"),
                            at("on ", data, "node"),
                            flag(data, "ready", "ready"),
                            deleting(data));
            case "launcher-pod.observed.v1" ->
                    words(of(data, "phase"), at("on ", data, "node"), deleting(data));
            case "persistent-volume-claim.observed.v1" ->
                    words(of(data, "phase"), at("to ", data, "volumeName"), deleting(data));
            case "persistent-volume.observed.v1" ->
                    words(of(data, "phase"), at("for ", data, "claimName"), deleting(data));
            case "storage-class.observed.v1" -> of(data, "provisioner");
            case "node.observed.v1" ->
                    words(
                            data.path("ready").asBoolean() ? "ready" : "not ready",
                            flag(data, "unschedulable", "unschedulable"),
                            list(data.path("taints")));
            case "volume-attachment.observed.v1" ->
                    words(
                            data.path("attached").asBoolean() ? "attached" : "not attached",
                            at("to ", data, "node"));
            case "fence.observed.v1" -> "claims " + data.path("claims");
            case "configuration.observed.v1" -> "stands";
            case "custom-resource.observed.v1" -> customResource(data);
            case "drbd-resource.routed.v1" -> replica(data.path("state"));
            case "drbd-agents.alive.v1" -> data.path("beats").size() + " agents heard of";
            default -> data.toString();
        };
    }

    private static String reachability(JsonNode data) {
        return data.path("reachable").asBoolean()
                ? words("reachable", data.path("complete").asBoolean() ? "all listed" : "listing")
                : words("unreachable since", of(data, "since"), of(data, "detail"));
    }

    /** The words by which people know how it stands, of whatever kind it is. */
    private static String customResource(JsonNode data) {
        List<String> said = new ArrayList<>();
        for (String field : List.of("phase", "state", "currentState", "step", "message")) {
            String word = of(data.path("status"), field);
            if (!word.isEmpty()) {
                said.add(field + "=" + word);
            }
        }
        return said.isEmpty() ? "observed" : String.join(" ", said);
    }

    private static String replica(JsonNode state) {
        List<String> said = new ArrayList<>();
        said.add(of(state, "role"));
        state.path("volumes")
                .forEach(volume -> said.add(of(volume, "volume") + ":" + of(volume, "disk")));
        state.path("peers")
                .forEach(
                        peer ->
                                said.add(
                                        "%s %s %s"
                                                .formatted(
                                                        of(peer, "name"),
                                                        of(peer, "connection"),
                                                        of(peer, "role"))));
        return String.join(", ", said);
    }

    private static String deleting(JsonNode data) {
        return data.path("meta").has("deletedAt") ? "being deleted" : "";
    }

    private static String flag(JsonNode data, String field, String word) {
        return data.path(field).asBoolean() ? word : "";
    }

    private static String at(String word, JsonNode data, String field) {
        return data.hasNonNull(field) ? word + of(data, field) : "";
    }

    private static String of(JsonNode data, String field) {
        return data.path(field).asText();
    }

    private static String list(JsonNode texts) {
        List<String> all = new ArrayList<>();
        texts.forEach(text -> all.add(text.asText()));
        return String.join(", ", all);
    }

    private static String words(String... words) {
        return String.join(", ", List.of(words).stream().filter(word -> !word.isEmpty()).toList());
    }

    private Told() {}
}
