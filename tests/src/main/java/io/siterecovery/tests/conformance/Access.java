package io.siterecovery.tests.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a kubeconfig (with its data inside, as {@code kubectl config view --flatten} has it) says.
 */
final class Access {
    private final JsonNode cluster;
    private final JsonNode user;

    Access(String kubeconfig) throws IOException {
        JsonNode config = new YAMLMapper().readTree(kubeconfig);
        cluster = config.at("/clusters/0/cluster");
        user = config.at("/users/0/user");
    }

    String server() {
        return cluster.path("server").asText();
    }

    /** As the user that the kubeconfig names. */
    RawApi own(HttpClient.Version version) throws IOException, GeneralSecurityException {
        boolean certificate = user.has("client-certificate-data");
        return new RawApi(server(), user.path("token").asText(""), client(version, certificate));
    }

    /** Trusting the same server, with a token or as nobody. */
    RawApi bearing(String token) throws IOException, GeneralSecurityException {
        return new RawApi(server(), token, client(HttpClient.Version.HTTP_2, false));
    }

    String kubeconfigBearing(String token) {
        return """
        apiVersion: v1
        kind: Config
        current-context: c
        clusters:
        - name: c
          cluster:
            server: %s
            certificate-authority-data: %s
        users:
        - name: u
          user:
            token: %s
        contexts:
        - name: c
          context: {cluster: c, user: u}
        """
                .formatted(server(), cluster.path("certificate-authority-data").asText(), token);
    }

    private HttpClient client(HttpClient.Version version, boolean certificate)
            throws IOException, GeneralSecurityException {
        KeyStore trusted = emptyStore();
        trusted.setCertificateEntry("ca", certificate(cluster, "certificate-authority-data"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        KeyManager[] keys = certificate ? keys().getKeyManagers() : new KeyManager[0];
        tls.init(keys, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(tls).version(version).build();
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

    /** Vert.x reads all the forms that keys have in kubeconfigs. */
    private KeyManagerFactory keys() throws GeneralSecurityException {
        Vertx vertx = Vertx.vertx();
        try {
            return new PemKeyCertOptions()
                    .setCertValue(Buffer.buffer(decoded(user, "client-certificate-data")))
                    .setKeyValue(Buffer.buffer(decoded(user, "client-key-data")))
                    .getKeyManagerFactory(vertx);
        } catch (Exception e) {
            throw new GeneralSecurityException("the client key of the kubeconfig", e);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static byte[] decoded(JsonNode holder, String field) {
        return Base64.getDecoder().decode(holder.path(field).asText());
    }
}
