package io.siterecovery.tests.simulation.world;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.tests.simulation.engine.Agenda;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster refuses: what our admission policies say there, once they have been installed for
 * a second, and what the schema of a GroupOwnership forbids. The policies' own text is proven in
 * the sandbox and on a real API server; here is what it means.
 */
public final class Admission {

    private static final long TAKES_EFFECT = Agenda.SECOND;
    private static final String FENCE = "site-recovery-fence-";
    private static final String GUARD = "site-recovery-fence-guard-";

    private final ApiServer server;
    private final Agenda agenda;
    private final boolean served;

    Admission(ApiServer server, Agenda agenda, boolean served) {
        this.server = server;
        this.agenda = agenda;
        this.served = served;
    }

    /** Whether this cluster has admission policies at all. */
    public boolean served() {
        return served;
    }

    /** Whether what the fence lists there is refused, and only we write it. */
    public boolean inForce(String namespace) {
        return policy(FENCE, namespace).isPresent() && policy(GUARD, namespace).isPresent();
    }

    /**
     * @param before null: created
     * @param now null: deleted
     * @throws KubernetesFailure if it is refused
     */
    void check(Author author, ObjectKey key, @Nullable JsonNode before, @Nullable JsonNode now) {
        ResourceKind kind = key.kind();
        if (kind.equals(ResourceKind.VIRTUAL_MACHINE) && now != null) {
            boolean unchanged = before != null && before.path("spec").equals(now.path("spec"));
            if (!unchanged && !halted(now) && fenced(key.namespace(), key.name())) {
                throw refused("VM", key);
            }
        } else if (kind.equals(ResourceKind.VIRTUAL_MACHINE_INSTANCE) && before == null) {
            if (fenced(key.namespace(), key.name())) {
                throw refused("VMI", key);
            }
        } else if (kind.equals(ResourceKind.CONFIG_MAP) && key.name().equals(ApiGroups.FENCE)) {
            guard(author, key.namespace());
        } else if (kind.equals(ResourceKind.GROUP_OWNERSHIP) && before != null && now != null) {
            ownership(before.path("spec"), now.path("spec"));
        }
    }

    static boolean halted(JsonNode vm) {
        JsonNode spec = vm.path("spec");
        return spec.has("running")
                ? !spec.get("running").asBoolean()
                : spec.path("runStrategy").asText().equals("Halted");
    }

    private boolean fenced(String namespace, String vm) {
        return policy(FENCE, namespace).isPresent()
                && server.get(ResourceKind.CONFIG_MAP, namespace, ApiGroups.FENCE)
                        .filter(map -> map.at("data").has(vm))
                        .isPresent();
    }

    private void guard(Author author, String namespace) {
        policy(GUARD, namespace)
                .filter(p -> !p.at("spec").toString().contains("'" + author.user() + "'"))
                .ifPresent(
                        p -> {
                            throw new KubernetesFailure(
                                    Reason.FORBIDDEN, 403, "only Site Recovery writes it");
                        });
    }

    /** A policy of ours that is bound, in force, and about this namespace. */
    private Optional<Stored> policy(String prefix, String namespace) {
        return server.list(ResourceKind.ADMISSION_POLICY, "")
                .filter(p -> p.key().name().startsWith(prefix))
                .filter(p -> prefix.equals(GUARD) || !p.key().name().startsWith(GUARD))
                .filter(p -> about(p, namespace))
                .filter(this::bound)
                .findFirst();
    }

    private boolean bound(Stored policy) {
        return server.get(ResourceKind.ADMISSION_POLICY_BINDING, "", policy.key().name())
                .filter(b -> madeAt(b) + TAKES_EFFECT <= agenda.micros())
                .isPresent();
    }

    private long madeAt(Stored object) {
        return ChronoUnit.MICROS.between(
                Agenda.instant(0), Instant.parse(object.text("metadata", "creationTimestamp")));
    }

    private static boolean about(Stored policy, String namespace) {
        JsonNode namespaces =
                policy.at("spec", "matchConstraints", "namespaceSelector", "matchExpressions")
                        .path(0)
                        .path("values");
        if (namespaces.isMissingNode()) {
            return true;
        }
        for (JsonNode each : namespaces) {
            if (each.asText().equals(namespace)) {
                return true;
            }
        }
        return false;
    }

    private static void ownership(JsonNode before, JsonNode now) {
        boolean moved = !before.path("holder").equals(now.path("holder"));
        long was = before.path("epoch").asLong();
        long is = now.path("epoch").asLong();
        boolean termBack =
                now.path("instance").path("term").asLong()
                        < before.path("instance").path("term").asLong();
        if (is < was || (moved && is == was) || termBack) {
            throw new KubernetesFailure(Reason.INVALID, 422, "epoch or term goes back");
        }
    }

    private static KubernetesFailure refused(String what, ObjectKey key) {
        return new KubernetesFailure(
                Reason.FORBIDDEN,
                403,
                "%s %s/%s is fenced by Site Recovery".formatted(what, key.namespace(), key.name()));
    }
}
