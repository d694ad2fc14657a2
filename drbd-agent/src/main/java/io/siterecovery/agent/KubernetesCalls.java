package io.siterecovery.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Plain HTTPS calls to the API server. Each opens a connection of its own: they are rare. */
final class KubernetesCalls {

    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 4 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * @param body missing if it is no JSON
     */
    record Answer(int status, JsonNode body) {
        boolean succeeded() {
            return status / 100 == 2;
        }

        /** The server's words, or its status. */
        String reason() {
            return status + " " + body.path("message").asText("");
        }
    }

    private final KubernetesAccess access;

    KubernetesCalls(KubernetesAccess access) {
        this.access = access;
    }

    Answer get(String path) throws IOException, InterruptedException {
        return call("GET", path, null, null);
    }

    Answer post(String path, JsonNode body) throws IOException, InterruptedException {
        return call("POST", path, "application/json", body);
    }

    Answer patch(String path, JsonNode operations) throws IOException, InterruptedException {
        return call("PATCH", path, "application/json-patch+json", operations);
    }

    private Answer call(
            String method, String path, @Nullable String contentType, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(access.server().resolve(path))
                        .timeout(LONGEST)
                        .header("Accept", "application/json")
                        .header("User-Agent", "drbd-agent")
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(
                                                JSON.writeValueAsBytes(body)));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        if (access.tokenFile().isPresent()) {
            String token = Files.readString(access.tokenFile().get()).strip();
            request.header("Authorization", "Bearer " + token);
        }
        try (HttpClient client = client()) {
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                return new Answer(response.statusCode(), json(in.readNBytes(MOST_BYTES)));
            } finally {
                client.shutdownNow();
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the credentials for the API server cannot be used", e);
        }
    }

    private HttpClient client() throws IOException, GeneralSecurityException {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(LONGEST);
        if ("https".equals(access.server().getScheme())) {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys(), authorities(), null);
            builder.sslContext(tls);
        }
        return builder.build();
    }

    /** Null for those of the JVM. */
    private TrustManager @Nullable [] authorities() throws IOException, GeneralSecurityException {
        if (access.authorityFile().isEmpty()) {
            return null;
        }
        KeyStore store = emptyStore();
        int n = 0;
        for (Certificate authority : certificates(access.authorityFile().get())) {
            store.setCertificateEntry("authority-" + n++, authority);
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** Null without a client certificate. */
    private KeyManager @Nullable [] keys() throws IOException, GeneralSecurityException {
        if (access.certificateFile().isEmpty() || access.keyFile().isEmpty()) {
            return null;
        }
        Certificate[] chain =
                certificates(access.certificateFile().get()).toArray(Certificate[]::new);
        char[] none = {};
        KeyStore store = emptyStore();
        store.setKeyEntry("client", key(access.keyFile().get()), none, chain);
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, none);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        try (InputStream pem = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(pem);
        }
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String pem = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(encoded);
        } catch (InvalidKeySpecException notEc) {
            return KeyFactory.getInstance("RSA").generatePrivate(encoded);
        }
    }

    private static JsonNode json(byte[] body) {
        try {
            JsonNode read = JSON.readTree(new String(body, StandardCharsets.UTF_8));
            return read == null ? MissingNode.getInstance() : read;
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
