package io.siterecovery.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.auth.CertificateAuthority;
import io.siterecovery.sandbox.kubernetes.auth.User;
import io.siterecovery.sandbox.kubernetes.faults.Faults;
import io.siterecovery.sandbox.kubernetes.http.Listener;
import io.siterecovery.sandbox.kubernetes.http.OpenStreams;
import io.siterecovery.sandbox.kubernetes.resources.Cluster;
import io.siterecovery.sandbox.kubernetes.store.Change;
import io.siterecovery.sandbox.kubernetes.store.History;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One embedded Kubernetes API server on loopback, for worlds to develop and test in; never part of
 * the product. Its objects live in memory and survive {@link #stop} and {@link #resume}. Calls
 * block: never make them on an event loop.
 */
public final class KubernetesApiServer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    /**
     * @param name of the cluster, and of the context in its kubeconfigs
     * @param dir a folder that this server may use
     * @param port 0 for any free one
     */
    public record Options(String name, Path dir, int port) {}

    /** One successful write. */
    public static final class HistoryEntry {
        private final History.Entry entry;

        private HistoryEntry(History.Entry entry) {
            this.entry = entry;
        }

        public long nanoTime() {
            return entry.nanoTime();
        }

        public Instant at() {
            return entry.at();
        }

        public long resourceVersion() {
            return entry.object().resourceVersion();
        }

        public String user() {
            return entry.origin().user();
        }

        /** create, update, patch or delete; delete only once the object is really gone. */
        public String verb() {
            return entry.type() == Change.Type.DELETED ? "delete" : entry.origin().verb();
        }

        /** {@code plural.group}, or the plural alone in the core group. */
        public String resource() {
            return entry.resource();
        }

        public String namespace() {
            return entry.object().namespace();
        }

        public String name() {
            return entry.object().name();
        }

        /** The object as it was written, parsed anew at each call. */
        public JsonNode object() {
            return entry.object().copy();
        }
    }

    private final Vertx vertx;
    private final Options options;
    private final CertificateAuthority authority;
    private final CertificateAuthority.Credential credential;
    private final Cluster cluster = new Cluster();
    private final OpenStreams streams = new OpenStreams();
    private final Faults faults =
            new Faults(streams::drop, streams::release, cluster.reader()::freeze);

    private int port;
    private @Nullable String deployment;

    private KubernetesApiServer(Vertx vertx, Options options) {
        this.vertx = vertx;
        this.options = options;
        port = options.port();
        authority = new CertificateAuthority(options.name());
        credential = authority.server();
    }

    /** Returns when it serves. */
    public static KubernetesApiServer start(Vertx vertx, Options options) {
        KubernetesApiServer server = new KubernetesApiServer(vertx, options);
        server.resume();
        return server;
    }

    public String name() {
        return options.name();
    }

    public synchronized int port() {
        return port;
    }

    /**
     * A kubeconfig with a client certificate of its own.
     *
     * @param user common name; "admin" with the group "system:masters" is the human
     */
    public String kubeconfig(String user, String... groups) {
        CertificateAuthority.Credential client = authority.client(new User(user, List.of(groups)));
        return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: %1$s
          cluster:
            server: https://127.0.0.1:%2$d
            certificate-authority-data: %3$s
        users:
        - name: "%4$s"
          user:
            client-certificate-data: %5$s
            client-key-data: %6$s
        contexts:
        - name: %1$s
          context:
            cluster: %1$s
            user: "%4$s"
        current-context: %1$s
        """
                .formatted(
                        name(),
                        port(),
                        base64(authority.certificatePem()),
                        user,
                        base64(client.certificatePem()),
                        base64(client.keyPem()));
    }

    public String kubeSystemUid() {
        Stored namespace = cluster.namespace("kube-system");
        if (namespace == null) {
            throw new IllegalStateException("somebody deleted kube-system");
        }
        return namespace.uid();
    }

    /** Closes the listener and every connection, as if the server had died. */
    public synchronized void stop() {
        String running = deployment;
        if (running != null) {
            deployment = null;
            await(vertx.undeploy(running));
        }
    }

    /** Serves again, on the same port and with the same objects. */
    public synchronized void resume() {
        if (deployment == null) {
            Listener listener =
                    new Listener(
                            cluster, credential, authority.certificatePem(), faults, streams, port);
            deployment = await(vertx.deployVerticle(listener));
            port = listener.actualPort();
        }
    }

    /** The last successful writes, oldest first: as many as {@link History} holds. */
    public List<HistoryEntry> history() {
        return cluster.store().history().entries().stream().map(HistoryEntry::new).toList();
    }

    /** What was refused for want of a right, in the words of the answers, each once. */
    public Set<String> refusals() {
        return Set.copyOf(cluster.refusals());
    }

    /** What goes wrong here, on demand of a test. */
    public Faults faults() {
        return faults;
    }

    /** Watches that are open now. */
    public int openWatches() {
        return cluster.store().watchCount();
    }

    /** Forgets past changes: whoever watches from an old resourceVersion now gets 410 Gone. */
    public void expireWatchHistory() {
        cluster.store().forgetChanges();
    }

    @Override
    public void close() {
        stop();
    }

    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the embedded API server did not answer in time", e);
        }
    }
}
