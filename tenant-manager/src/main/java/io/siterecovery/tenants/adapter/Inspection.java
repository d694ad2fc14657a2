package io.siterecovery.tenants.adapter;

import static io.vertx.core.Future.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.AddressRules;
import io.siterecovery.platform.Kubeconfig;
import io.siterecovery.platform.KubeconfigReader;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.platform.Selector;
import io.siterecovery.tenants.core.ClusterSeen;
import io.siterecovery.tenants.core.NeededRight;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Asks one of a deployment's clusters everything that a preflight judges, on a connection of its
 * own that is closed afterwards. To be called where awaiting is allowed.
 *
 * @param needed what the control plane must be allowed there
 */
public record Inspection(Vertx vertx, Duration deadline, List<NeededRight> needed, Clock clock) {

    private static final String AUTHORIZATION = "/apis/authorization.k8s.io/v1/";
    private static final String SELF_REVIEW = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    /**
     * @param text a kubeconfig, as somebody gave it to us
     */
    public ClusterSeen of(String name, String text, AddressRules addresses) {
        Kubeconfig kubeconfig;
        try {
            kubeconfig = KubeconfigReader.read(text.getBytes(StandardCharsets.UTF_8));
        } catch (Kubeconfig.Refused e) {
            return new ClusterSeen.NotTried(String.valueOf(e.getMessage()));
        }
        try (KubernetesCluster cluster = dial(name, kubeconfig, addresses)) {
            return answers(cluster);
        } catch (AddressRules.Forbidden e) {
            return new ClusterSeen.NotTried(String.valueOf(e.getMessage()));
        } catch (KubernetesFailure e) {
            return new ClusterSeen.Silent(described(e));
        }
    }

    /** Why it is not tried at all; empty if it may be. Nobody is called. */
    public Optional<String> refusal(String text, AddressRules addresses) {
        try {
            addresses.check(KubeconfigReader.read(text.getBytes(StandardCharsets.UTF_8)).server());
            return Optional.empty();
        } catch (UnknownHostException later) {
            // Its name may come: the preflight tells.
            return Optional.empty();
        } catch (Kubeconfig.Refused | AddressRules.Forbidden e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** The UID of the namespace kube-system; empty if it cannot be read now. */
    public Optional<String> uid(String name, String text, AddressRules addresses) {
        try (KubernetesCluster cluster =
                dial(
                        name,
                        KubeconfigReader.read(text.getBytes(StandardCharsets.UTF_8)),
                        addresses)) {
            return Optional.of(uid(cluster));
        } catch (Kubeconfig.Refused | AddressRules.Forbidden | KubernetesFailure e) {
            return Optional.empty();
        }
    }

    private KubernetesCluster dial(String name, Kubeconfig kubeconfig, AddressRules addresses) {
        return KubernetesCluster.of(vertx, name, kubeconfig, deadline, null, addresses);
    }

    private static String uid(KubernetesCluster cluster) {
        return await(cluster.get(ResourceKind.NAMESPACE, "", "kube-system"))
                .map(namespace -> namespace.getMetadata().getUid())
                .orElseThrow(
                        () ->
                                new KubernetesFailure(
                                        KubernetesFailure.Reason.OTHER, 0, "no kube-system"));
    }

    private ClusterSeen answers(KubernetesCluster cluster) {
        String uid = uid(cluster);
        Future<JsonNode> version = cluster.read("/version");
        Future<JsonNode> groups = cluster.read("/apis");
        Future<Set<String>> ours =
                cluster.read("/apis/" + ApiGroups.CANONICAL + "/" + ApiGroups.VERSION)
                        .map(Inspection::resources)
                        .otherwise(Set.of());
        Future<Set<String>> provisioners =
                cluster.list(ResourceKind.STORAGE_CLASS, null, Selector.ALL)
                        .map(Inspection::provisioners)
                        .otherwise(Set.of());
        Instant asked = clock.instant();
        Future<Optional<Duration>> ahead =
                cluster.review(SELF_REVIEW, question("authentication.k8s.io", "SelfSubjectReview"))
                        .map(answer -> ahead(answer, asked))
                        .otherwise(Optional.empty());
        List<NeededRight> denied = denied(cluster);
        return new ClusterSeen.Answered(
                uid,
                await(version).path("gitVersion").asText(),
                groups(await(groups)),
                await(ours),
                denied,
                await(provisioners),
                await(ahead),
                List.of());
    }

    private List<NeededRight> denied(KubernetesCluster cluster) {
        List<Future<Boolean>> asked = new ArrayList<>();
        for (NeededRight right : needed) {
            ObjectNode question = question("authorization.k8s.io", "SelfSubjectAccessReview");
            String[] parts = right.resource().split("/", 2);
            ObjectNode attributes =
                    question.putObject("spec")
                            .putObject("resourceAttributes")
                            .put("group", right.group())
                            .put("resource", parts[0])
                            .put("verb", right.verb());
            if (parts.length > 1) {
                attributes.put("subresource", parts[1]);
            }
            if (!right.name().isEmpty()) {
                attributes.put("name", right.name());
            }
            asked.add(
                    cluster.review(AUTHORIZATION + "selfsubjectaccessreviews", question)
                            .map(answer -> answer.at("/status/allowed").asBoolean()));
        }
        List<NeededRight> denied = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            if (!await(asked.get(i))) {
                denied.add(needed.get(i));
            }
        }
        return denied;
    }

    private static ObjectNode question(String group, String kind) {
        return KubernetesJson.mapper()
                .createObjectNode()
                .put("apiVersion", group + "/v1")
                .put("kind", kind);
    }

    private static Optional<Duration> ahead(JsonNode answer, Instant asked) {
        try {
            Instant theirs = Instant.parse(answer.at("/metadata/creationTimestamp").asText());
            return Optional.of(Duration.between(asked, theirs));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Set<String> groups(JsonNode list) {
        Set<String> names = new HashSet<>();
        list.path("groups").forEach(group -> names.add(group.path("name").asText()));
        return names;
    }

    private static Set<String> resources(JsonNode list) {
        Set<String> names = new HashSet<>();
        list.path("resources")
                .forEach(
                        resource ->
                                names.add(
                                        resource.path("name").asText()
                                                + "."
                                                + ApiGroups.CANONICAL));
        return names;
    }

    private static Set<String> provisioners(List<GenericKubernetesResource> classes) {
        Set<String> names = new HashSet<>();
        classes.forEach(
                one -> names.add(String.valueOf(one.getAdditionalProperties().get("provisioner"))));
        return names;
    }

    /** In our words: what a remote server says is not for a tenant's eyes. */
    private static String described(KubernetesFailure failure) {
        return switch (failure.reason()) {
            case UNREACHABLE -> "does not answer at the address in its kubeconfig";
            case FORBIDDEN ->
                    failure.code() == 401
                            ? "does not accept the credential in its kubeconfig"
                            : "does not let us read the namespace kube-system";
            default -> "does not answer as a Kubernetes API does";
        };
    }
}
