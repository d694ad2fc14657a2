package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An API server and nothing between: what a script with curl would have. */
final class BareApi implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final char[] NO_PASSWORD = {};

    private final String server;
    private final HttpClient http;

    BareApi(Path kubeconfig) {
        try {
            JsonNode config = new YAMLMapper().readTree(Files.readString(kubeconfig));
            JsonNode cluster = config.at("/clusters/0/cluster");
            JsonNode user = config.at("/users/0/user");
            KeyStore trusted = store();
            trusted.setCertificateEntry("ca", certificate(cluster, "certificate-authority-data"));
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyStore own = store();
            Certificate[] chain = {certificate(user, "client-certificate-data")};
            own.setKeyEntry("user", key(user), NO_PASSWORD, chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(own, NO_PASSWORD);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            server = cluster.path("server").asText();
            http = HttpClient.newBuilder().sslContext(tls).build();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot use " + kubeconfig, e);
        }
    }

    JsonNode get(String path) {
        return send(request(path).GET()).join();
    }

    CompletableFuture<JsonNode> list(String path) {
        return send(request(path).GET());
    }

    CompletableFuture<JsonNode> create(String path, String json) {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    CompletableFuture<JsonNode> merge(String path, String json) {
        return send(
                request(path)
                        .header("Content-Type", "application/merge-patch+json")
                        .method("PATCH", BodyPublishers.ofString(json)));
    }

    /** The events of a watch as they come; closing ends it. */
    Stream<JsonNode> watch(String path, String resourceVersion) {
        String query = "?watch=1&resourceVersion=" + resourceVersion;
        try {
            HttpResponse<Stream<String>> answer =
                    http.send(request(path + query).GET().build(), BodyHandlers.ofLines());
            return answer.body().map(BareApi::parse);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path));
    }

    private CompletableFuture<JsonNode> send(HttpRequest.Builder request) {
        return http.sendAsync(request.build(), BodyHandlers.ofString())
                .thenApply(
                        answer -> {
                            if (answer.statusCode() >= 300) {
                                throw new IllegalStateException(
                                        answer.request().method()
                                                + " "
                                                + answer.uri()
                                                + ": "
                                                + answer.body());
                            }
                            return parse(answer.body());
                        });
    }

    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(text, e);
        }
    }

    private static KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate certificate(JsonNode holder, String field)
            throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(decoded(holder, field)));
    }

    private static PrivateKey key(JsonNode user) throws GeneralSecurityException {
        String pem =
                new String(decoded(user, "client-key-data"), StandardCharsets.US_ASCII)
                        .replaceAll("-----[A-Z ]+-----|\\s", "");
        PKCS8EncodedKeySpec key = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(key);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("RSA").generatePrivate(key);
        }
    }

    private static byte[] decoded(JsonNode holder, String field) {
        return Base64.getDecoder().decode(holder.path(field).asText());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
