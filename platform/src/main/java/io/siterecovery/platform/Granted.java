package io.siterecovery.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.model.ApiGroups;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the platform grants a deployment. It stands on the deployment's Namespace, which its people
 * cannot write.
 *
 * @param allowed where its API servers may be; empty: wherever it is not forbidden to all
 * @param groups how many it may have; empty: any number; and so on
 * @param credentialsSince changes when its kubeconfigs do
 */
public record Granted(
        List<AddressRules.Cidr> allowed,
        OptionalInt groups,
        OptionalInt virtualMachines,
        OptionalInt failoversAtOnce,
        String credentialsSince) {

    static final Set<String> ANNOTATIONS =
            Set.of(ApiGroups.ALLOWED_CIDRS, ApiGroups.LIMITS, ApiGroups.CREDENTIALS_SINCE);

    public static final Granted WITHOUT_LIMITS =
            new Granted(
                    List.of(), OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), "");

    /**
     * @param annotations of the Namespace
     * @throws IllegalArgumentException naming the annotation that cannot be read
     */
    static Granted read(@Nullable Map<String, String> annotations) {
        Map<String, String> marks = annotations == null ? Map.of() : annotations;
        JsonNode limits = limits(marks.getOrDefault(ApiGroups.LIMITS, "{}"));
        return new Granted(
                ranges(marks.getOrDefault(ApiGroups.ALLOWED_CIDRS, "")),
                number(limits, "groups"),
                number(limits, "virtualMachines"),
                number(limits, "failoversAtOnce"),
                marks.getOrDefault(ApiGroups.CREDENTIALS_SINCE, ""));
    }

    /** Whether how much it may have is limited at all. */
    public boolean limited() {
        return groups.isPresent() || virtualMachines.isPresent();
    }

    private static List<AddressRules.Cidr> ranges(String text) {
        try {
            return Stream.of(text.split(",", -1))
                    .map(String::strip)
                    .filter(range -> !range.isEmpty())
                    .map(AddressRules.Cidr::parse)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "annotation " + ApiGroups.ALLOWED_CIDRS + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode limits(String text) {
        try {
            JsonNode read = KubernetesJson.mapper().readTree(text);
            if (read != null && read.isObject()) {
                return read;
            }
        } catch (JsonProcessingException e) {
            // told below, like whatever else is no object
        }
        throw new IllegalArgumentException(
                "annotation " + ApiGroups.LIMITS + ": not a JSON object");
    }

    private static OptionalInt number(JsonNode limits, String name) {
        JsonNode value = limits.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalInt.empty();
        }
        if (!value.canConvertToInt() || value.asInt() < 0) {
            throw new IllegalArgumentException(
                    "annotation " + ApiGroups.LIMITS + ": " + name + " is not a number of things");
        }
        return OptionalInt.of(value.asInt());
    }
}
