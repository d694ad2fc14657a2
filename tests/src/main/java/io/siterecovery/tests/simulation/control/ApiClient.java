package io.siterecovery.tests.simulation.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.ClusterIdentity;
import io.siterecovery.platform.Follower;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.platform.Selector;
import io.siterecovery.platform.Watch;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.world.ApiServer;
import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.ObjectKey;
import io.siterecovery.tests.simulation.world.Stored;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One deployment's connection to one cluster, from one process. */
final class ApiClient implements KubernetesApi {

    private static final long DEADLINE = 5 * Agenda.SECOND;

    private final Process process;
    private final String cluster;
    private final ApiServer server;
    private final Author author;
    private final Network network;
    private final Interference interference;
    private final Surroundings.Calls calls;
    private @Nullable ClusterIdentity identity;

    ApiClient(
            Process process,
            String cluster,
            ApiServer server,
            Author author,
            Network network,
            Interference interference,
            Surroundings.Calls calls) {
        this.process = process;
        this.cluster = cluster;
        this.server = server;
        this.author = author;
        this.network = network;
        this.interference = interference;
        this.calls = calls;
    }

    @Override
    public String name() {
        return cluster;
    }

    @Override
    public Future<ClusterIdentity> identify() {
        ClusterIdentity known = identity;
        return known != null
                ? Future.succeededFuture(known)
                : read(
                                "identify",
                                () ->
                                        new ClusterIdentity(
                                                server.siteId(), Optional.of(author.user())))
                        .onSuccess(found -> identity = found);
    }

    @Override
    public Future<Optional<GenericKubernetesResource>> get(
            ResourceKind kind, String namespace, String name) {
        ObjectKey key = key(kind, namespace, name);
        return read("get " + key, () -> server.get(key).map(Stored::object));
    }

    @Override
    public Future<List<GenericKubernetesResource>> list(
            ResourceKind kind, @Nullable String namespace, @Nullable String labelSelector) {
        return read(
                "list " + kind.plural(),
                () ->
                        server.list(kind, kind.namespaced() ? namespace : "")
                                .filter(o -> selected(o, labelSelector))
                                .map(Stored::object)
                                .toList());
    }

    private static boolean selected(Stored object, @Nullable String labelSelector) {
        if (labelSelector == null) {
            return true;
        }
        String[] parts = labelSelector.split("=", 2);
        return object.text("metadata", "labels", parts[0]).equals(parts[1]);
    }

    @Override
    public Future<GenericKubernetesResource> create(
            ResourceKind kind, GenericKubernetesResource object) {
        ObjectNode tree = (ObjectNode) KubernetesJson.tree(object);
        String namespace = object.getMetadata().getNamespace();
        ObjectKey key =
                key(kind, namespace == null ? "" : namespace, object.getMetadata().getName());
        return write(
                new Write(key, "create", tree), () -> server.create(author, kind, tree).object());
    }

    @Override
    public Future<GenericKubernetesResource> patch(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        return jsonPatch(kind, namespace, name, patch, false);
    }

    @Override
    public Future<GenericKubernetesResource> patchStatus(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        return jsonPatch(kind, namespace, name, patch, true);
    }

    private Future<GenericKubernetesResource> jsonPatch(
            ResourceKind kind, String namespace, String name, JsonPatch patch, boolean status) {
        ObjectKey key = key(kind, namespace, name);
        var body = patch.toJson();
        return write(
                new Write(key, status ? "patch status of" : "patch", body),
                () -> server.patch(author, key, body, status, false).object());
    }

    @Override
    public Future<GenericKubernetesResource> dryRunPatch(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        ObjectKey key = key(kind, namespace, name);
        return read(
                "dry run on " + key,
                () -> server.patch(author, key, patch.toJson(), false, true).object());
    }

    @Override
    public Future<GenericKubernetesResource> mergePatch(
            ResourceKind kind, String namespace, String name, ObjectNode patch) {
        ObjectKey key = key(kind, namespace, name);
        return write(
                new Write(key, "merge", patch),
                () -> server.mergePatch(author, key, patch).object());
    }

    @Override
    public Future<Void> delete(
            ResourceKind kind, String namespace, String name, @Nullable String uid) {
        ObjectKey key = key(kind, namespace, name);
        return write(
                        new Write(key, "delete", KubernetesJson.mapper().createObjectNode()),
                        () -> {
                            server.delete(author, key, uid);
                            return Boolean.TRUE;
                        })
                .mapEmpty();
    }

    @Override
    public Watch follow(
            ResourceKind kind, @Nullable String namespace, Selector selector, Follower follower) {
        if (namespace == null || selector.fields() == null) {
            throw new UnsupportedOperationException("only one object is followed from here");
        }
        return new Following(
                process,
                server,
                Following.named(kind, namespace, selector.fields()),
                () -> network.reaches(cluster),
                follower,
                network.dice());
    }

    private <T> Future<T> read(String what, Supplier<T> effect) {
        calls.made(author, cluster + ": " + what, false);
        return call(what, network.fate(), effect);
    }

    private <T> Future<T> write(Write write, Supplier<T> effect) {
        Supplier<T> told =
                () -> {
                    T result = effect.get();
                    process.story()
                            .tell(process.name(), () -> "✓ " + cluster + ": " + write.shown());
                    return result;
                };
        calls.made(author, cluster + ": " + write.verb() + " " + write.key(), true);
        Interference.Order order = interference.beforeWrite(process, cluster, write);
        Network.Fate fate = network.fate();
        return switch (order) {
            case GO_ON -> call(write.shown(), fate, told);
            case LOSE_THE_ANSWER ->
                    call(
                            write.shown(),
                            new Network.Fate(fate.send(), false, fate.answer(), true),
                            told);
            case END_BEFORE -> {
                process.kill();
                yield Promise.<T>promise().future();
            }
            case END_AFTER ->
                    call(
                            write.shown(),
                            new Network.Fate(fate.send(), false, fate.answer(), true),
                            () -> {
                                T result = told.get();
                                process.kill();
                                return result;
                            });
        };
    }

    /** What was sent takes effect whatever becomes of the sender. */
    private <T> Future<T> call(String what, Network.Fate fate, Supplier<T> effect) {
        Promise<T> promise = Promise.promise();
        Agenda.Entry deadline = process.agenda().after(DEADLINE, () -> answer(() -> fail(promise)));
        promise.future().onComplete(_ -> deadline.cancel());
        // A process that was stopped in the middle of sending sends when it goes on.
        process.deliver(
                () ->
                        process.agenda()
                                .after(fate.send(), () -> arrive(what, fate, effect, promise)));
        return promise.future();
    }

    private <T> void arrive(
            String what, Network.Fate fate, Supplier<T> effect, Promise<T> promise) {
        if (fate.lost() || !network.reaches(cluster)) {
            process.story().tell(process.name(), () -> "✗ " + cluster + ": lost: " + what);
            if (!fate.lost() && network.refuses(cluster)) {
                answered(fate, () -> fail(promise));
            }
            return;
        }
        T result;
        try {
            result = effect.get();
        } catch (KubernetesFailure failure) {
            process.story()
                    .tell(
                            process.name(),
                            () ->
                                    "✗ "
                                            + cluster
                                            + ": "
                                            + what
                                            + " — "
                                            + failure.reason()
                                            + " "
                                            + failure.message());
            answered(fate, () -> promise.tryFail(failure));
            return;
        }
        answered(fate, () -> promise.tryComplete(result));
    }

    private void answered(Network.Fate fate, Runnable completion) {
        if (!fate.answerLost()) {
            process.agenda().after(fate.answer(), () -> answer(completion));
        }
    }

    private void answer(Runnable completion) {
        process.deliver(() -> process.agenda().onThread(completion));
    }

    private void fail(Promise<?> promise) {
        promise.tryFail(
                new KubernetesFailure(Reason.UNREACHABLE, 0, "no answer within the deadline"));
    }

    private static ObjectKey key(ResourceKind kind, @Nullable String namespace, String name) {
        return new ObjectKey(kind, namespace == null ? "" : namespace, name);
    }
}
