package io.siterecovery.tenants.api;

import static io.vertx.core.Future.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.tenants.core.Access;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Who calls, and what they may do: the quorum cluster says both, and is asked again after a minute
 * at the latest. Belongs to one context.
 */
final class Callers {

    private static final Duration YES = Duration.ofSeconds(60);
    private static final Duration NO = Duration.ofSeconds(10);
    private static final int REMEMBERED = 10_000;
    private static final int LONGEST_TOKEN = 16 << 10;

    /** As the API server knows them. */
    record Caller(String user, String uid, List<String> groups) {}

    private record Answered<T>(T answer, Instant until) {}

    private record Asked(Caller caller, Access.Question question) {}

    private final KubernetesCluster quorum;
    private final String audience;
    private final Clock clock;
    private final Map<String, Answered<Optional<Caller>>> callers = remembering();
    private final Map<Asked, Answered<Boolean>> rights = remembering();

    /**
     * @param audience that tokens must be for; empty: the API server's own
     */
    Callers(KubernetesCluster quorum, String audience, Clock clock) {
        this.quorum = quorum;
        this.audience = audience;
        this.clock = clock;
    }

    /**
     * @param authorization the header
     * @throws Problem if nobody is known by it
     */
    Caller caller(String authorization) {
        String token = authorization.replaceFirst("(?i)^bearer ", "");
        if (token.isEmpty() || token.length() > LONGEST_TOKEN || token.equals(authorization)) {
            throw new Problem(Problem.Kind.UNAUTHENTICATED, "a bearer token is needed");
        }
        return remembered(
                        callers,
                        digest(token),
                        () -> review(token),
                        found -> found.isPresent() ? YES : NO)
                .orElseThrow(
                        () ->
                                new Problem(
                                        Problem.Kind.UNAUTHENTICATED,
                                        "the quorum cluster does not know this token"));
    }

    boolean may(Caller caller, Access access, Optional<String> deployment) {
        Asked asked = new Asked(caller, access.to(deployment));
        return remembered(rights, asked, () -> allowed(asked), yes -> yes ? YES : NO);
    }

    private Optional<Caller> review(String token) {
        ObjectNode question =
                KubernetesJson.mapper()
                        .createObjectNode()
                        .put("apiVersion", "authentication.k8s.io/v1")
                        .put("kind", "TokenReview");
        ObjectNode spec = question.putObject("spec").put("token", token);
        if (!audience.isEmpty()) {
            spec.putArray("audiences").add(audience);
        }
        JsonNode status =
                await(quorum.review("/apis/authentication.k8s.io/v1/tokenreviews", question))
                        .path("status");
        boolean meant = audience.isEmpty() || contains(status.path("audiences"), audience);
        if (!status.path("authenticated").asBoolean() || !meant) {
            return Optional.empty();
        }
        JsonNode user = status.path("user");
        List<String> groups = new ArrayList<>();
        user.path("groups").forEach(group -> groups.add(group.asText()));
        return Optional.of(
                new Caller(user.path("username").asText(), user.path("uid").asText(), groups));
    }

    private boolean allowed(Asked asked) {
        ObjectNode question =
                KubernetesJson.mapper()
                        .createObjectNode()
                        .put("apiVersion", "authorization.k8s.io/v1")
                        .put("kind", "SubjectAccessReview");
        ObjectNode spec =
                question.putObject("spec")
                        .put("user", asked.caller().user())
                        .put("uid", asked.caller().uid());
        asked.caller().groups().forEach(spec.putArray("groups")::add);
        Access.Question wanted = asked.question();
        ObjectNode attributes =
                spec.putObject("resourceAttributes")
                        .put("verb", wanted.verb())
                        .put("group", wanted.group())
                        .put("resource", wanted.resource());
        if (!wanted.subresource().isEmpty()) {
            attributes.put("subresource", wanted.subresource());
        }
        if (!wanted.namespace().isEmpty()) {
            attributes.put("namespace", wanted.namespace());
        }
        return await(quorum.review("/apis/authorization.k8s.io/v1/subjectaccessreviews", question))
                .at("/status/allowed")
                .asBoolean();
    }

    private <K, T> T remembered(
            Map<K, Answered<T>> answers, K key, Supplier<T> ask, Function<T, Duration> keep) {
        Answered<T> known = answers.get(key);
        if (known != null && known.until().isAfter(clock.instant())) {
            return known.answer();
        }
        T answer = ask.get();
        answers.put(key, new Answered<>(answer, clock.instant().plus(keep.apply(answer))));
        return answer;
    }

    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    private static boolean contains(JsonNode array, String text) {
        for (JsonNode one : array) {
            if (one.asText().equals(text)) {
                return true;
            }
        }
        return false;
    }

    /** Tokens are not kept. */
    private static String digest(String token) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
