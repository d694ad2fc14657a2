package io.siterecovery.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.ApiConnection.Body;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One cluster's API with one credential. Futures complete on the caller's Vert.x context. */
public final class KubernetesCluster implements KubernetesApi, AutoCloseable {

    static final int PAGE = 500;
    private static final int SITE_ID_LENGTH = 12;

    private final Vertx vertx;
    private final String name;
    private final Duration deadline;
    private final ApiConnection connection;
    private final Door door;
    private final Set<Reflector> reflectors = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String siteId;
    private volatile @Nullable ClusterIdentity identity;
    private volatile boolean suspected;

    private KubernetesCluster(
            Vertx vertx, String name, ApiConnection connection, Duration deadline, Door door) {
        this.vertx = vertx;
        this.name = name;
        this.connection = connection;
        this.deadline = deadline;
        this.door = door;
    }

    /**
     * Makes a client that shares its cluster with nobody; nothing is sent yet.
     *
     * @param deadline of each call, from when it is sent
     * @param expectedUid the UID of the kube-system namespace that the cluster must have; null: any
     */
    public static KubernetesCluster of(
            Vertx vertx,
            String name,
            Kubeconfig kubeconfig,
            Duration deadline,
            @Nullable String expectedUid) {
        return of(vertx, name, kubeconfig, deadline, expectedUid, new Door(new Gates(), name));
    }

    /**
     * Makes a client for whoever's kubeconfig, that calls only where it may.
     *
     * @throws AddressRules.Forbidden if the server is where nobody may call
     * @throws KubernetesFailure if nobody knows the server's name
     */
    public static KubernetesCluster of(
            Vertx vertx,
            String name,
            Kubeconfig kubeconfig,
            Duration deadline,
            @Nullable String expectedUid,
            AddressRules addresses) {
        try {
            addresses.check(kubeconfig.server());
        } catch (UnknownHostException e) {
            throw new KubernetesFailure(Reason.UNREACHABLE, 0, "nobody knows the server's name");
        }
        return of(vertx, name, kubeconfig, deadline, expectedUid);
    }

    /**
     * Makes a client; nothing is sent yet.
     *
     * @param door the way to the cluster, which others may share
     */
    static KubernetesCluster of(
            Vertx vertx,
            String name,
            Kubeconfig kubeconfig,
            Duration deadline,
            @Nullable String expectedUid,
            Door door) {
        KubernetesCluster cluster =
                new KubernetesCluster(vertx, name, new ApiConnection(kubeconfig), deadline, door);
        if (expectedUid != null && expectedUid.length() >= SITE_ID_LENGTH) {
            cluster.isAt(expectedUid.substring(0, SITE_ID_LENGTH));
        }
        return cluster;
    }

    private void isAt(String site) {
        siteId = site;
        door.leadsTo(site);
    }

    @Override
    public String name() {
        return name;
    }

    /** First 12 characters of the UID of kube-system; empty until known. */
    public Optional<String> siteId() {
        return Optional.ofNullable(siteId);
    }

    /** Who we authenticate as; empty until {@link #identify} has succeeded, or where unknown. */
    public Optional<String> user() {
        ClusterIdentity known = identity;
        return known == null ? Optional.empty() : known.user();
    }

    @Override
    public Future<ClusterIdentity> identify() {
        ClusterIdentity known = identity;
        if (known != null) {
            return Future.succeededFuture(known);
        }
        ObjectNode review = KubernetesJson.mapper().createObjectNode();
        review.put("apiVersion", "authentication.k8s.io/v1").put("kind", "SelfSubjectReview");
        CompletableFuture<Optional<String>> user =
                call(ApiPath.of("/apis/authentication.k8s.io/v1/selfsubjectreviews"), post(review))
                        .thenApply(
                                answer ->
                                        Optional.of(answer.at("/status/userInfo/username").asText())
                                                .filter(text -> !text.isEmpty()))
                        .exceptionally(KubernetesCluster::withoutReview);
        CompletableFuture<ClusterIdentity> answer =
                call(ApiPath.object(ResourceKind.NAMESPACE, null, "kube-system"), null)
                        .thenCombine(user, KubernetesCluster::identity);
        return onCallersContext(
                answer.thenApply(
                        found -> {
                            String expected = siteId;
                            if (expected != null && !expected.equals(found.siteId())) {
                                throw new KubernetesFailure(
                                        Reason.WRONG_CLUSTER,
                                        0,
                                        "should be " + expected + "… but is " + found.siteId());
                            }
                            isAt(found.siteId());
                            identity = found;
                            return found;
                        }));
    }

    @Override
    public Future<Optional<GenericKubernetesResource>> get(
            ResourceKind kind, String namespace, String name) {
        return onCallersContext(
                call(ApiPath.object(kind, namespace, name), null)
                        .thenApply(tree -> Optional.of(KubernetesJson.object(tree)))
                        .exceptionally(
                                thrown -> {
                                    KubernetesFailure failure = ApiAnswers.ofThrown(thrown);
                                    if (failure.reason() == Reason.NOT_FOUND) {
                                        return Optional.empty();
                                    }
                                    throw failure;
                                }));
    }

    @Override
    public Future<List<GenericKubernetesResource>> list(
            ResourceKind kind, @Nullable String namespace, @Nullable String labelSelector) {
        return list(kind, namespace, new Selector(labelSelector, null, false));
    }

    public Future<List<GenericKubernetesResource>> list(
            ResourceKind kind, @Nullable String namespace, Selector selector) {
        ApiPath path = selector.on(ApiPath.collection(kind, namespace));
        return onCallersContext(pages(path, kind, "", new ArrayList<>()));
    }

    @Override
    public Future<GenericKubernetesResource> create(
            ResourceKind kind, GenericKubernetesResource object) {
        ApiPath path = ApiPath.collection(kind, object.getMetadata().getNamespace());
        return write(path, post(KubernetesJson.tree(object)));
    }

    @Override
    public Future<GenericKubernetesResource> patch(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        return jsonPatch(ApiPath.object(kind, namespace, name), patch);
    }

    @Override
    public Future<GenericKubernetesResource> patchStatus(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        return jsonPatch(ApiPath.object(kind, namespace, name).child("status"), patch);
    }

    @Override
    public Future<GenericKubernetesResource> dryRunPatch(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        return jsonPatch(ApiPath.object(kind, namespace, name).with("dryRun", "All"), patch);
    }

    @Override
    public Future<GenericKubernetesResource> mergePatch(
            ResourceKind kind, String namespace, String name, ObjectNode patch) {
        return write(ApiPath.object(kind, namespace, name), merge(patch));
    }

    public Future<GenericKubernetesResource> mergePatchStatus(
            ResourceKind kind, String namespace, String name, ObjectNode patch) {
        return write(ApiPath.object(kind, namespace, name).child("status"), merge(patch));
    }

    @Override
    public Future<Void> delete(
            ResourceKind kind, String namespace, String name, @Nullable String uid) {
        ObjectNode options = KubernetesJson.mapper().createObjectNode();
        options.put("apiVersion", "v1").put("kind", "DeleteOptions");
        if (uid != null) {
            options.putObject("preconditions").put("uid", uid);
        }
        Body body = new Body("DELETE", "application/json", text(options));
        return onCallersContext(call(ApiPath.object(kind, namespace, name), body)).mapEmpty();
    }

    /** What the API serves at a path that is no object of ours, as in {@code /version}. */
    public Future<JsonNode> read(String path) {
        return onCallersContext(call(ApiPath.of(path), null));
    }

    /**
     * Asks a question in the form of an object, as in {@code SubjectAccessReview}: it is answered
     * and not stored.
     *
     * @param path of the collection it is posted to
     */
    public Future<JsonNode> review(String path, ObjectNode question) {
        return onCallersContext(call(ApiPath.of(path), post(question)));
    }

    /**
     * Whether the API answers at all, past all other calls. If it does not, but does on a new
     * connection, everything moves to the new one.
     */
    public Future<Void> probe(Duration within) {
        ApiPath version = ApiPath.of("/version");
        CompletableFuture<Void> answered =
                deadline(connection.send(version, null, within), within)
                        .exceptionallyCompose(
                                thrown ->
                                        deadline(
                                                        connection.sendOnFreshConnection(
                                                                version, within),
                                                        within)
                                                .whenComplete(
                                                        (answer, failure) -> {
                                                            if (failure == null) {
                                                                reflectors.forEach(
                                                                        Reflector::breakStream);
                                                            }
                                                        }))
                        .<Void>thenApply(
                                answer -> {
                                    ApiAnswers.successful(answer);
                                    return null;
                                })
                        .whenComplete((ignored, failure) -> probed(failure == null));
        return onCallersContext(answered);
    }

    /**
     * Tells the follower about every object of a kind, now and from now on: through broken streams,
     * expired versions and restarts of the API server.
     *
     * @param namespace null for all
     */
    public Watch follow(
            ResourceKind kind,
            @Nullable String namespace,
            @Nullable String labelSelector,
            Follower follower) {
        return follow(kind, namespace, new Selector(labelSelector, null, false), follower);
    }

    @Override
    public Watch follow(
            ResourceKind kind, @Nullable String namespace, Selector selector, Follower follower) {
        Context context = vertx.getOrCreateContext();
        ApiPath path = selector.on(ApiPath.collection(kind, namespace));
        Reflector reflector =
                new Reflector(this, path, kind, context, follower, reflectors::remove);
        reflectors.add(reflector);
        connection.executor().execute(reflector);
        return reflector;
    }

    /** Ends all calls and follows. */
    @Override
    public void close() {
        reflectors.forEach(Reflector::close);
        connection.close();
    }

    /** Reads one page of a list; each page has the deadline of a call. */
    CompletableFuture<Page> page(ApiPath path, ResourceKind kind, String continueToken) {
        ApiPath page = path.with("limit", String.valueOf(PAGE)).with("continue", continueToken);
        return call(Urgency.FIRST, page, null).thenApply(tree -> Page.of(kind, tree));
    }

    /** Opens a watch; its headers have the deadline of a call, its body has none. */
    CompletableFuture<HttpResponse<AsyncBody>> open(
            ApiPath path, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        CompletableFuture<HttpResponse<AsyncBody>> opened = connection.stream(path, consumer);
        return opened.copy()
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, failure) -> ApiConnection.cancelIf(failure, opened));
    }

    private CompletableFuture<List<GenericKubernetesResource>> pages(
            ApiPath path,
            ResourceKind kind,
            String continueToken,
            List<GenericKubernetesResource> found) {
        return page(path, kind, continueToken)
                .thenCompose(
                        page -> {
                            found.addAll(page.items());
                            return page.continueToken().isEmpty()
                                    ? CompletableFuture.completedFuture(found)
                                    : pages(path, kind, page.continueToken(), found);
                        });
    }

    private Future<GenericKubernetesResource> jsonPatch(ApiPath path, JsonPatch patch) {
        Body body = new Body("PATCH", "application/json-patch+json", text(patch.toJson()));
        return onCallersContext(
                call(path, body)
                        .exceptionally(
                                thrown -> {
                                    KubernetesFailure failure = ApiAnswers.ofThrown(thrown);
                                    throw patch.isGuarded()
                                            ? ApiAnswers.ofGuardedPatch(failure)
                                            : failure;
                                })
                        .thenApply(KubernetesJson::object));
    }

    private Future<GenericKubernetesResource> write(ApiPath path, Body body) {
        return onCallersContext(call(path, body).thenApply(KubernetesJson::object));
    }

    private CompletableFuture<JsonNode> call(ApiPath path, @Nullable Body body) {
        return call(Urgency.current(), path, body);
    }

    private CompletableFuture<JsonNode> call(Urgency urgency, ApiPath path, @Nullable Body body) {
        return door.pass(urgency, () -> deadline(connection.send(path, body, deadline), deadline))
                .thenApply(answer -> ApiAnswers.json(ApiAnswers.successful(answer)));
    }

    private void probed(boolean answered) {
        if (answered && suspected) {
            reflectors.forEach(Reflector::reconnectNow);
        }
        suspected = !answered;
    }

    private <T> Future<T> onCallersContext(CompletableFuture<T> answer) {
        return Future.fromCompletionStage(answer, vertx.getOrCreateContext())
                .recover(thrown -> Future.failedFuture(ApiAnswers.ofThrown(thrown)));
    }

    private static <T> CompletableFuture<T> deadline(CompletableFuture<T> call, Duration within) {
        return call.orTimeout(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static ClusterIdentity identity(JsonNode kubeSystem, Optional<String> user) {
        String uid = kubeSystem.at("/metadata/uid").asText();
        if (uid.length() < SITE_ID_LENGTH) {
            throw new KubernetesFailure(Reason.OTHER, 0, "kube-system has no UID");
        }
        return new ClusterIdentity(uid.substring(0, SITE_ID_LENGTH), user);
    }

    private static Optional<String> withoutReview(Throwable thrown) {
        KubernetesFailure failure = ApiAnswers.ofThrown(thrown);
        if (failure.reason() == Reason.UNREACHABLE) {
            throw failure;
        }
        return Optional.empty();
    }

    private static Body post(JsonNode object) {
        return new Body("POST", "application/json", text(object));
    }

    private static Body merge(ObjectNode patch) {
        return new Body("PATCH", "application/merge-patch+json", text(patch));
    }

    private static String text(JsonNode tree) {
        try {
            return KubernetesJson.mapper().writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** One page of a list. */
    record Page(
            List<GenericKubernetesResource> items, String resourceVersion, String continueToken) {

        static Page of(ResourceKind kind, JsonNode list) {
            List<GenericKubernetesResource> items = new ArrayList<>();
            for (JsonNode item : list.path("items")) {
                GenericKubernetesResource object = KubernetesJson.object(item);
                object.setApiVersion(kind.apiVersion());
                object.setKind(kind.kind());
                items.add(object);
            }
            JsonNode meta = list.path("metadata");
            return new Page(
                    items,
                    meta.path("resourceVersion").asText(""),
                    meta.path("continue").asText(""));
        }
    }
}
