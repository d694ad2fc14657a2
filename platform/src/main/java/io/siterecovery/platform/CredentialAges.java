package io.siterecovery.platform;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.siterecovery.platform.Metric.Label;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How old the kubeconfigs are that a tenant works with, so that rotation can be watched. */
final class CredentialAges {

    private static final String SUFFIX = "-kubeconfig";

    private final Map<String, Instant> changed = new HashMap<>();
    private @Nullable Meters meters;

    /** A kubeconfig is taken from this Secret, {@code <role>-kubeconfig}. */
    void uses(String secretName, GenericKubernetesResource secret) {
        lastChange(secret.getMetadata())
                .ifPresent(at -> changed.put(secretName.replace(SUFFIX, ""), at));
    }

    void show(TenantContext tenant) {
        Meters shown = Meters.of(tenant);
        meters = shown;
        changed.forEach(
                (role, at) ->
                        shown.gauge(
                                Metric.CREDENTIAL_AGE,
                                Map.of(Label.SITE, role),
                                () -> Duration.between(at, tenant.clock().instant()).toSeconds()));
    }

    void close() {
        if (meters != null) {
            meters.close();
        }
    }

    /** The last of the writes that the API server has noted; else its creation. */
    static Optional<Instant> lastChange(ObjectMeta meta) {
        Stream<@Nullable String> writes =
                meta.getManagedFields() == null
                        ? Stream.of()
                        : meta.getManagedFields().stream().map(entry -> entry.getTime());
        return Stream.concat(writes, Stream.of(meta.getCreationTimestamp()))
                .filter(Objects::nonNull)
                .flatMap(time -> parsed(time).stream())
                .max(Instant::compareTo);
    }

    private static Optional<Instant> parsed(String time) {
        try {
            return Optional.of(Instant.parse(time));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
