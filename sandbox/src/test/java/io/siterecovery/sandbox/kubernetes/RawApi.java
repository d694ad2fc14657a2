package io.siterecovery.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Plain HTTPS to an API server, with the credentials of a kubeconfig: no client library between.
 */
final class RawApi implements AutoCloseable {
    private static final char[] NO_PASSWORD = {};

    /** Status code, headers and body of an answer. */
    record Answer(HttpResponse<byte[]> response) {
        int code() {
            return response.statusCode();
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        JsonNode json() throws IOException {
            return Json.parse(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    private final String server;
    private final HttpClient http;

    private RawApi(String server, HttpClient http) {
        this.server = server;
        this.http = http;
    }

    static RawApi of(String kubeconfig) throws IOException, GeneralSecurityException {
        return of(kubeconfig, HttpClient.Version.HTTP_2, true);
    }

    static RawApi of(String kubeconfig, HttpClient.Version version, boolean withCertificate)
            throws IOException, GeneralSecurityException {
        JsonNode config = new YAMLMapper().readTree(kubeconfig);
        JsonNode cluster = config.at("/clusters/0/cluster");
        JsonNode user = config.at("/users/0/user");
        KeyStore trusted = emptyStore();
        trusted.setCertificateEntry("ca", certificate(cluster, "certificate-authority-data"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        KeyStore own = emptyStore();
        if (withCertificate) {
            Certificate[] chain = {certificate(user, "client-certificate-data")};
            own.setKeyEntry("user", key(user), NO_PASSWORD, chain);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, NO_PASSWORD);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return new RawApi(
                Json.text(cluster, "server"),
                HttpClient.newBuilder().sslContext(tls).version(version).build());
    }

    Answer get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).GET();
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    Answer post(String path, String json) throws IOException, InterruptedException {
        return write("POST", path, "application/json", json);
    }

    Answer put(String path, String json) throws IOException, InterruptedException {
        return write("PUT", path, "application/json", json);
    }

    /**
     * @param kind {@code json}, {@code merge} or {@code strategic-merge}
     */
    Answer patch(String path, String kind, String json) throws IOException, InterruptedException {
        return write("PATCH", path, "application/" + kind + "-patch+json", json);
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    Answer write(String method, String path, String contentType, String body)
            throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", contentType)
                        .method(method, BodyPublishers.ofString(body, StandardCharsets.UTF_8)));
    }

    /** The lines of a watch as they come. */
    HttpResponse<InputStream> stream(String path) throws IOException, InterruptedException {
        return http.send(request(path).GET().build(), BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path)).timeout(Duration.ofSeconds(60));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return new Answer(http.send(request.build(), BodyHandlers.ofByteArray()));
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
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
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    private static byte[] decoded(JsonNode holder, String field) {
        return Base64.getDecoder().decode(Json.text(holder, field));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
