package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.auth.ServiceAccountTokens;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code serviceaccounts/token}: a new token for an account, perhaps bound to a pod or a node. */
public final class TokenRequests {
    private static final long DEFAULT_SECONDS = 3600;
    private static final long MIN_SECONDS = 600;
    private static final long MAX_SECONDS = 1L << 32;

    private final Cluster cluster;

    TokenRequests(Cluster cluster) {
        this.cluster = cluster;
    }

    public ObjectNode issue(Call call, ObjectNode request) {
        Stored account = cluster.reader().get(call);
        JsonNode spec = request.path("spec");
        long seconds = spec.path("expirationSeconds").asLong(DEFAULT_SECONDS);
        if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
            throw invalid(
                    FieldError.invalid(
                            "spec.expirationSeconds",
                            Long.toString(seconds),
                            seconds < MIN_SECONDS
                                    ? "may not specify a duration less than 10 minutes"
                                    : "may not specify a duration larger than 2^32 seconds"));
        }
        List<String> asked = Json.strings(spec.path("audiences"));
        List<String> audiences = asked.isEmpty() ? List.of(ServiceAccountTokens.AUDIENCE) : asked;
        Instant expires = Instant.now().plusSeconds(seconds);
        String token =
                cluster.tokens()
                        .issue(
                                account,
                                bound(account, spec.path("boundObjectRef")),
                                audiences,
                                expires);
        ObjectNode answer =
                Json.object()
                        .put("kind", "TokenRequest")
                        .put("apiVersion", "authentication.k8s.io/v1");
        answer.putObject("metadata")
                .put("name", account.name())
                .put("namespace", account.namespace())
                .put("creationTimestamp", Metadata.now());
        ObjectNode told = answer.putObject("spec").put("expirationSeconds", seconds);
        told.set("audiences", Json.arrayOf(audiences));
        if (spec.has("boundObjectRef")) {
            told.set("boundObjectRef", spec.path("boundObjectRef").deepCopy());
        }
        answer.putObject("status")
                .put("token", token)
                .put(
                        "expirationTimestamp",
                        Instant.ofEpochSecond(expires.getEpochSecond()).toString());
        return answer;
    }

    private ServiceAccountTokens.Bound bound(Stored account, JsonNode ref) {
        String name = Json.text(ref, "name");
        return switch (Json.text(ref, "kind")) {
            case "" -> new ServiceAccountTokens.Bound(null, null);
            case "Pod" -> {
                Stored pod = referred("pods", account.namespace(), name, ref);
                JsonNode spec = pod.copy().path("spec");
                if (!spec.path("serviceAccountName").asText("default").equals(account.name())) {
                    throw invalid(
                            FieldError.invalid(
                                    "spec.boundObjectRef",
                                    "\"" + name + "\"",
                                    "pod is not of service account " + account.name()));
                }
                yield new ServiceAccountTokens.Bound(pod, node(Json.text(spec, "nodeName")));
            }
            case "Node" -> new ServiceAccountTokens.Bound(null, referred("nodes", "", name, ref));
            default ->
                    throw invalid(
                            FieldError.invalid(
                                    "spec.boundObjectRef.kind",
                                    FieldError.shown(ref.path("kind")),
                                    "cannot bind token to object of this kind"));
        };
    }

    private @Nullable Stored node(String name) {
        return name.isEmpty() ? null : cluster.store().get(cluster.table(core("nodes")), "", name);
    }

    private Stored referred(String plural, String namespace, String name, JsonNode ref) {
        ApiResource resource = core(plural);
        Stored stored = cluster.store().get(cluster.table(resource), namespace, name);
        if (stored == null) {
            throw ApiError.notFound(resource, name);
        }
        String uid = Json.text(ref, "uid");
        if (!uid.isEmpty() && !uid.equals(stored.uid())) {
            throw ApiError.conflict(
                    resource,
                    name,
                    "the UID in the bound object reference ("
                            + uid
                            + ") does not match the UID in record. The object might have been"
                            + " deleted and then recreated");
        }
        return stored;
    }

    private ApiResource core(String plural) {
        ApiResource resource = cluster.catalog().find("", "v1", plural);
        if (resource == null) {
            throw ApiError.noSuchPath();
        }
        return resource;
    }

    private static ApiError invalid(FieldError error) {
        return ApiError.invalid("TokenRequest.authentication.k8s.io", "", List.of(error));
    }
}
