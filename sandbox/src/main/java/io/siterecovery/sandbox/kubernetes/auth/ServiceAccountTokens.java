package io.siterecovery.sandbox.kubernetes.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.store.ObjectStore;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Issues and checks tokens of ServiceAccounts: signed claims that hold only while the account, and
 * the pod or node that the token is bound to, are still the ones it was issued for.
 */
public final class ServiceAccountTokens {
    public static final String AUDIENCE = "https://kubernetes.default.svc";
    private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
    private static final String EXTRA = "authentication.kubernetes.io/";
    private static final String CLAIMS = "kubernetes.io";
    private static final int KEY_BITS = 256;

    private final ObjectStore store;
    private final ObjectTable accounts;
    private final ObjectTable pods;
    private final ObjectTable nodes;

    private @Nullable KeyPair keys;

    public ServiceAccountTokens(
            ObjectStore store, ObjectTable accounts, ObjectTable pods, ObjectTable nodes) {
        this.store = store;
        this.accounts = accounts;
        this.pods = pods;
        this.nodes = nodes;
    }

    static String userName(String namespace, String account) {
        return "system:serviceaccount:" + namespace + ":" + account;
    }

    /** What a token speaks for, beside its account. */
    public record Bound(@Nullable Stored pod, @Nullable Stored node) {}

    public String issue(Stored account, Bound bound, List<String> audiences, Instant expires) {
        ObjectNode claims = Json.object();
        claims.set("aud", Json.arrayOf(audiences));
        long now = Instant.now().getEpochSecond();
        claims.put("exp", expires.getEpochSecond()).put("iat", now).put("nbf", now);
        claims.put("iss", AUDIENCE).put("jti", UUID.randomUUID().toString());
        claims.put("sub", userName(account.namespace(), account.name()));
        ObjectNode about = claims.putObject(CLAIMS).put("namespace", account.namespace());
        name(about, "serviceaccount", account);
        name(about, "pod", bound.pod());
        name(about, "node", bound.node());
        ObjectNode header = Json.object().put("alg", "ES256").put("typ", "JWT");
        String signed = encoded(Json.bytes(header)) + "." + encoded(Json.bytes(claims));
        return signed + "." + encoded(signature(signed));
    }

    /** Whom the token speaks for towards one of these audiences; empty if for nobody (any more). */
    public Optional<User> check(String token, List<String> audiences) {
        String[] parts = token.split("\\.", -1);
        try {
            if (parts.length != 3 || !verifies(parts)) {
                return Optional.empty();
            }
            JsonNode claims = Json.parse(Base64.getUrlDecoder().decode(parts[1]));
            long now = Instant.now().getEpochSecond();
            boolean holds =
                    claims.path("exp").asLong() > now
                            && claims.path("nbf").asLong() <= now
                            && Json.strings(claims.path("aud")).stream()
                                    .anyMatch(audiences::contains);
            return holds ? user(claims) : Optional.empty();
        } catch (JsonProcessingException | IllegalArgumentException | GeneralSecurityException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Optional<User> user(JsonNode claims) {
        JsonNode about = claims.path(CLAIMS);
        String namespace = Json.text(about, "namespace");
        JsonNode account = about.path("serviceaccount");
        boolean alive =
                isThere(accounts, namespace, account)
                        && (!about.has("pod") || isThere(pods, namespace, about.path("pod")))
                        && (about.has("pod")
                                || !about.has("node")
                                || isThere(nodes, "", about.path("node")));
        if (!alive) {
            return Optional.empty();
        }
        Map<String, List<String>> extra = new TreeMap<>();
        extra.put(EXTRA + "credential-id", List.of("JTI=" + Json.text(claims, "jti")));
        for (String kind : List.of("node", "pod")) {
            if (about.has(kind)) {
                extra.put(EXTRA + kind + "-name", List.of(Json.text(about, kind, "name")));
                extra.put(EXTRA + kind + "-uid", List.of(Json.text(about, kind, "uid")));
            }
        }
        List<String> groups = new ArrayList<>();
        groups.add("system:serviceaccounts");
        groups.add("system:serviceaccounts:" + namespace);
        groups.add(User.AUTHENTICATED);
        return Optional.of(
                new User(
                        userName(namespace, Json.text(account, "name")),
                        Json.text(account, "uid"),
                        groups,
                        extra));
    }

    private boolean isThere(ObjectTable table, String namespace, JsonNode named) {
        Stored stored = store.get(table, namespace, Json.text(named, "name"));
        return stored != null && stored.uid().equals(Json.text(named, "uid"));
    }

    private static void name(ObjectNode about, String field, @Nullable Stored object) {
        if (object != null) {
            about.putObject(field).put("name", object.name()).put("uid", object.uid());
        }
    }

    /** Made on first use: most clusters issue no token. */
    private synchronized KeyPair keys() {
        KeyPair known = keys;
        if (known == null) {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(KEY_BITS);
                known = generator.generateKeyPair();
                keys = known;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return known;
    }

    private byte[] signature(String text) {
        try {
            Signature signing = Signature.getInstance(ALGORITHM);
            signing.initSign(keys().getPrivate());
            signing.update(text.getBytes(StandardCharsets.US_ASCII));
            return signing.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean verifies(String[] parts) throws GeneralSecurityException {
        Signature checking = Signature.getInstance(ALGORITHM);
        checking.initVerify(keys().getPublic());
        checking.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        return checking.verify(Base64.getUrlDecoder().decode(parts[2]));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
