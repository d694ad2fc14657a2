package io.siterecovery.agent.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code drbdsetup show --json}.
 *
 * <p>drbd-utils before 9.34 leave out what has its default, so there a missing option is that
 * default; later ones print everything, and what is missing there is not known.
 */
public final class ShowDocument {

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * @param printsDefaults whether the drbd-utils that wrote it print every option
     * @return by resource; empty if it is no such document
     */
    public static Optional<Map<String, ResourceOptions>> read(
            String document, boolean printsDefaults) {
        JsonNode root;
        try {
            root = JSON.readTree(document);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        if (!root.isArray()) {
            return Optional.empty();
        }
        Map<String, ResourceOptions> all = new HashMap<>();
        for (JsonNode resource : root) {
            String name = resource.path("resource").asText("");
            if (!name.isEmpty()) {
                all.put(name, options(resource, printsDefaults));
            }
        }
        return Optional.of(all);
    }

    private static ResourceOptions options(JsonNode resource, boolean printsDefaults) {
        JsonNode options = resource.path("options");
        Map<Integer, ResourceOptions.Peer> peers = new HashMap<>();
        for (JsonNode connection : resource.path("connections")) {
            JsonNode nodeId = connection.path("_peer_node_id");
            if (nodeId.isIntegralNumber()) {
                JsonNode net = connection.path("net");
                peers.put(
                        nodeId.intValue(),
                        new ResourceOptions.Peer(
                                word(net.path("protocol"), printsDefaults ? null : "C"),
                                truth(
                                        net.path("allow-two-primaries"),
                                        printsDefaults ? null : Boolean.FALSE)));
            }
        }
        return new ResourceOptions(
                new Options(
                        word(options.path("quorum"), printsDefaults ? null : "off"),
                        word(options.path("on-no-quorum"), null)),
                peers);
    }

    private static @Nullable String word(JsonNode option, @Nullable String otherwise) {
        return option.isTextual() || option.isNumber() ? option.asText() : otherwise;
    }

    private static @Nullable Boolean truth(JsonNode option, @Nullable Boolean otherwise) {
        if (option.isBoolean()) {
            return option.booleanValue();
        }
        return switch (option.asText("")) {
            case "yes" -> true;
            case "no" -> false;
            default -> option.isMissingNode() ? otherwise : null;
        };
    }

    private ShowDocument() {}
}
