package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A platform administrator who orders deployments from the tenant-manager, as people do.
 *
 * @param url of the tenant-manager, as in {@code http://127.0.0.1:8081}
 */
record PlatformStaff(String url, String token, SiteApi quorum) {

    /** Where the platform keeps what is its own. */
    static final String NAMESPACE = "site-recovery";

    static final String ADMINISTRATOR = "platform-admin";
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofMillis(50);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Makes the account, with the role of deploy/rbac-people.yaml. */
    static void hire(SiteApi quorum) {
        ResourceKind binding =
                new ResourceKind(
                        "rbac.authorization.k8s.io",
                        "v1",
                        "ClusterRoleBinding",
                        "clusterrolebindings",
                        false);
        quorum.ensure(
                ResourceKind.SERVICE_ACCOUNT,
                Definitions.object(ResourceKind.SERVICE_ACCOUNT, NAMESPACE, ADMINISTRATOR));
        ObjectNode bound = Definitions.object(binding, null, "siterecovery-" + ADMINISTRATOR);
        bound.putObject("roleRef")
                .put("apiGroup", binding.group())
                .put("kind", "ClusterRole")
                .put("name", "siterecovery-" + ADMINISTRATOR);
        bound.putArray("subjects")
                .addObject()
                .put("kind", "ServiceAccount")
                .put("namespace", NAMESPACE)
                .put("name", ADMINISTRATOR);
        quorum.ensure(binding, bound);
    }

    /** Returns when the order is taken. */
    void order(ObjectNode order) {
        until("an order for " + order.path("name").asText(), () -> accepted(order));
    }

    static ObjectNode orderOf(
            Deployment deployment, ProtectionZoneSpec zone, Map<Role, String> kubeconfigs) {
        ObjectNode order = ResourceJson.write(zone);
        order.put("name", deployment.name());
        order.putArray("allowedCidrs").add("127.0.0.0/8");
        ObjectNode clusters = order.putObject("clusters");
        for (Role role : new Role[] {Role.PRIMARY, Role.DR}) {
            order.remove(role.word());
            clusters.putObject(role.word())
                    .put("name", role.cluster())
                    .put("kubeconfig", kubeconfigs.get(role));
        }
        return order;
    }

    /** Returns when the deployment's topics, users and ProtectionZone are there. */
    void awaitProvisioned(Deployment deployment) {
        until(
                "deployment " + deployment.name(),
                () ->
                        quorum.find(
                                ResourceKind.PROTECTION_ZONE,
                                deployment.namespace(),
                                deployment.name()));
    }

    /** What the agents of a physical cluster log in with. */
    Map<String, String> agents(String siteId) {
        JsonNode data =
                until(
                                "the agents' credential of site-" + siteId,
                                () ->
                                        quorum.find(
                                                ResourceKind.SECRET,
                                                NAMESPACE,
                                                "site-" + siteId + "-agents"))
                        .path("data");
        Map<String, String> values = new HashMap<>();
        data.properties()
                .forEach(
                        entry ->
                                values.put(
                                        entry.getKey(),
                                        new String(
                                                Base64.getDecoder()
                                                        .decode(entry.getValue().asText()),
                                                StandardCharsets.UTF_8)));
        return values;
    }

    private Optional<JsonNode> accepted(ObjectNode order) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "/api/v1/deployments"))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(order.toString()))
                        .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            if (answer.statusCode() == 202) {
                return Optional.of(ResourceJson.mapper().readTree(answer.body()));
            }
            if (answer.statusCode() == 503) {
                return Optional.empty();
            }
            throw new QuickstartFailure("the tenant-manager refuses: " + answer.body());
        } catch (IOException notYet) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuickstartFailure("interrupted", e);
        }
    }

    private static JsonNode until(String what, Supplier<Optional<JsonNode>> condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (System.nanoTime() < end) {
            Optional<JsonNode> found = condition.get();
            if (found.isPresent()) {
                return found.get();
            }
            new CompletableFuture<@Nullable Void>()
                    .completeOnTimeout(null, RETRY.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        }
        throw new QuickstartFailure(
                "there is no " + what + " after " + DEADLINE.toSeconds() + " s");
    }
}
