package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.Conversion;
import java.util.Map;

/** Events of {@code events.k8s.io} are the core group's Events under other field names. */
final class EventConversion implements Conversion {
    /** Name in events.k8s.io → name in the core group. */
    private static final Map<String, String> NAMES =
            Map.of(
                    "regarding", "involvedObject",
                    "note", "message",
                    "reportingController", "reportingComponent",
                    "deprecatedSource", "source",
                    "deprecatedFirstTimestamp", "firstTimestamp",
                    "deprecatedLastTimestamp", "lastTimestamp",
                    "deprecatedCount", "count");

    @Override
    public void toStored(ObjectNode object) {
        object.put("apiVersion", "v1");
        NAMES.forEach((theirs, stored) -> rename(object, theirs, stored));
    }

    @Override
    public void fromStored(ObjectNode object) {
        object.put("apiVersion", "events.k8s.io/v1");
        NAMES.forEach((theirs, stored) -> rename(object, stored, theirs));
    }

    private static void rename(ObjectNode object, String from, String to) {
        JsonNode value = object.remove(from);
        if (value != null) {
            object.set(to, value);
        }
    }
}
