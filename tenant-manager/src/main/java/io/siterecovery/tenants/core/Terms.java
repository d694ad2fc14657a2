package io.siterecovery.tenants.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the platform grants a deployment. It stands on the Namespace, which tenants cannot write: in
 * the ProtectionZone they could grant it to themselves.
 *
 * @param isolation {@code pooled} or {@code dedicated}
 * @param allowedCidrs where the deployment's API servers may be; empty: anywhere that is not
 *     forbidden to all
 */
public record Terms(String isolation, String protocol, List<String> allowedCidrs, Limits limits) {

    public static final String ALLOWED_CIDRS = ApiGroups.PREFIX + "allowed-cidrs";
    public static final String LIMITS = ApiGroups.PREFIX + "limits";
    public static final String PROTOCOL = ApiGroups.PREFIX + "protocol";

    /** Until it is known what was granted. */
    public static final Terms STRICTEST = new Terms("pooled", "C", List.of(), Limits.DEFAULTS);

    /** Nobody runs a deployment that is being taken apart. */
    public static final String NOBODY = "none";

    public static Terms of(DeploymentOrder order) {
        return new Terms(
                order.isolation() == null ? "pooled" : order.isolation(),
                order.protocol() == null ? "C" : order.protocol(),
                order.allowedCidrs() == null ? List.of() : order.allowedCidrs(),
                Limits.orDefaults(order.limits()));
    }

    /** What is not said, or cannot be read, is as by default: the strictest that works. */
    public static Terms read(
            @Nullable Map<String, String> labels, @Nullable Map<String, String> annotations) {
        Map<String, String> marks = annotations == null ? Map.of() : annotations;
        String cidrs = marks.getOrDefault(ALLOWED_CIDRS, "");
        return new Terms(
                labels == null
                        ? "pooled"
                        : labels.getOrDefault(ApiGroups.ISOLATION_LABEL, "pooled"),
                marks.getOrDefault(PROTOCOL, "C"),
                Stream.of(cidrs.split(",", -1))
                        .map(String::strip)
                        .filter(c -> !c.isEmpty())
                        .toList(),
                limits(marks.get(LIMITS)));
    }

    Map<String, String> labels() {
        return Map.of(ApiGroups.ISOLATION_LABEL, isolation);
    }

    /** With nothing allowed, nothing is said of it. */
    public Map<String, String> annotations() {
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put(PROTOCOL, protocol);
        annotations.put(LIMITS, ResourceJson.write(limits).toString());
        if (!allowedCidrs.isEmpty()) {
            annotations.put(ALLOWED_CIDRS, String.join(",", allowedCidrs));
        }
        return annotations;
    }

    private static Limits limits(@Nullable String json) {
        if (json == null) {
            return Limits.DEFAULTS;
        }
        try {
            return Limits.orDefaults(ResourceJson.mapper().readValue(json, Limits.class));
        } catch (JsonProcessingException e) {
            return Limits.DEFAULTS;
        }
    }
}
