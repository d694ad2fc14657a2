package io.siterecovery.tests.simulation.world;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.sandbox.kubernetes.patch.JsonPatch;
import io.siterecovery.sandbox.kubernetes.patch.MergePatch;
import io.siterecovery.sandbox.kubernetes.patch.PatchFailure;
import io.siterecovery.tests.simulation.engine.Agenda;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One cluster's objects: versions, conflicts, finalizers, admission. Everything here happens at
 * once; that calls take time and get lost is the network's doing.
 */
public final class ApiServer {

    /** Kinds whose status is written apart from the rest. */
    private static final Set<String> WITH_STATUS =
            Set.of("ProtectionGroup", "Failover", "VirtualMachine");

    /**
     * Something was stored or removed.
     *
     * @param before null: it is new
     * @param now null: it is gone
     */
    public record Change(
            ApiServer server,
            Author author,
            ObjectKey key,
            @Nullable Stored before,
            @Nullable Stored now,
            long version) {}

    private final String name;
    private final String siteId;
    private final Agenda agenda;
    private final Admission admission;
    private final TreeMap<ObjectKey, Stored> objects = new TreeMap<>();
    private final List<Consumer<Change>> listeners = new ArrayList<>();
    private long version = 100;
    private long uids;

    /**
     * @param siteId first characters of the UID of kube-system
     */
    ApiServer(String name, String siteId, Agenda agenda, boolean servesAdmissionPolicies) {
        this.name = name;
        this.siteId = siteId;
        this.agenda = agenda;
        this.admission = new Admission(this, agenda, servesAdmissionPolicies);
    }

    public String name() {
        return name;
    }

    public String siteId() {
        return siteId;
    }

    public Admission admission() {
        return admission;
    }

    public void listen(Consumer<Change> listener) {
        listeners.add(listener);
    }

    public Optional<Stored> get(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    public Optional<Stored> get(ResourceKind kind, String namespace, String name) {
        return get(new ObjectKey(kind, namespace, name));
    }

    /**
     * @param namespace null for all
     */
    public Stream<Stored> list(ResourceKind kind, @Nullable String namespace) {
        ObjectKey from = new ObjectKey(kind, namespace == null ? "" : namespace, "");
        ObjectKey to = new ObjectKey(kind, namespace == null ? "\uffff" : namespace, "\uffff");
        return List.copyOf(objects.subMap(from, true, to, true).values()).stream();
    }

    public Stored create(Author author, ResourceKind kind, ObjectNode given) {
        ObjectNode tree = given.deepCopy();
        ObjectNode meta = (ObjectNode) tree.get("metadata");
        String namespace = meta.path("namespace").asText("");
        ObjectKey key = new ObjectKey(kind, namespace, meta.path("name").asText());
        if (kind.equals(ResourceKind.ADMISSION_POLICY) && !admission.served()) {
            throw new KubernetesFailure(Reason.NOT_FOUND, 404, "the server does not serve that");
        }
        if (objects.containsKey(key)) {
            throw new KubernetesFailure(Reason.ALREADY_EXISTS, 409, key + " already exists");
        }
        if (WITH_STATUS.contains(kind.kind())) {
            tree.remove("status");
        }
        admission.check(author, key, null, tree);
        meta.put("uid", name + "-" + ++uids);
        meta.put("creationTimestamp", agenda.now().truncatedTo(ChronoUnit.SECONDS).toString());
        meta.put("generation", 1);
        return store(author, key, null, tree);
    }

    /** Applies a JSON Patch whose tests are the guard. */
    public Stored patch(
            Author author, ObjectKey key, JsonNode patch, boolean status, boolean dryRun) {
        Stored before = existing(key);
        ObjectNode tree;
        try {
            tree = (ObjectNode) JsonPatch.apply(before.tree().deepCopy(), patch);
        } catch (PatchFailure e) {
            throw new KubernetesFailure(
                    guarded(patch) ? Reason.CONFLICT : Reason.INVALID,
                    422,
                    String.valueOf(e.getMessage()));
        }
        return write(author, before, tree, status, dryRun);
    }

    public Stored mergePatch(Author author, ObjectKey key, ObjectNode patch) {
        Stored before = existing(key);
        ObjectNode tree = (ObjectNode) MergePatch.apply(before.tree().deepCopy(), patch);
        return write(author, before, tree, false, false);
    }

    /** The whole object anew, as kubectl apply does it. */
    public Stored replace(Author author, ObjectKey key, ObjectNode tree) {
        return write(author, existing(key), tree, false, false);
    }

    /** A controller's own way to write: whatever is there now, changed. */
    public void update(Author author, ObjectKey key, Consumer<ObjectNode> change) {
        Stored before = objects.get(key);
        if (before != null) {
            ObjectNode tree = before.tree().deepCopy();
            change.accept(tree);
            finish(author, before, tree);
        }
    }

    /**
     * @param uid null: whichever is there
     */
    public void delete(Author author, ObjectKey key, @Nullable String uid) {
        Stored before = existing(key);
        if (uid != null && !uid.equals(before.uid())) {
            throw new KubernetesFailure(Reason.CONFLICT, 409, "another uid");
        }
        admission.check(author, key, before.tree(), null);
        if (before.at("metadata", "finalizers").isEmpty()) {
            remove(author, before);
        } else if (!before.deleting()) {
            ObjectNode tree = before.tree().deepCopy();
            ((ObjectNode) tree.get("metadata"))
                    .put(
                            "deletionTimestamp",
                            agenda.now().truncatedTo(ChronoUnit.SECONDS).toString());
            store(author, key, before, tree);
        }
    }

    private Stored write(
            Author author, Stored before, ObjectNode tree, boolean status, boolean dryRun) {
        ObjectNode meta = (ObjectNode) tree.get("metadata");
        if (!meta.path("resourceVersion").equals(before.at("metadata", "resourceVersion"))) {
            throw new KubernetesFailure(
                    Reason.CONFLICT, 409, "the object has been modified; apply to the latest");
        }
        keepApart(before, tree, status);
        admission.check(author, before.key(), before.tree(), tree);
        if (dryRun) {
            return new Stored(before.key(), tree, before.version());
        }
        return finish(author, before, tree);
    }

    /** A status is written on its own, and nothing else with it. */
    private static void keepApart(Stored before, ObjectNode tree, boolean status) {
        if (!WITH_STATUS.contains(before.key().kind().kind())) {
            return;
        }
        if (status) {
            JsonNode written = tree.path("status");
            tree.removeAll();
            tree.setAll(before.tree().deepCopy());
            tree.set("status", written);
        } else if (before.tree().has("status")) {
            tree.set("status", before.tree().get("status"));
        } else {
            tree.remove("status");
        }
    }

    private Stored finish(Author author, Stored before, ObjectNode tree) {
        if (tree.equals(before.tree())) {
            return before;
        }
        ObjectNode meta = (ObjectNode) tree.get("metadata");
        if (!tree.path("spec").equals(before.tree().path("spec"))) {
            meta.put("generation", before.at("metadata", "generation").asLong() + 1);
        }
        if (before.deleting() && meta.path("finalizers").isEmpty()) {
            remove(author, before);
            meta.put("resourceVersion", Long.toString(version));
            return new Stored(before.key(), tree, version);
        }
        return store(author, before.key(), before, tree);
    }

    private Stored store(Author author, ObjectKey key, @Nullable Stored before, ObjectNode tree) {
        version++;
        ((ObjectNode) tree.get("metadata")).put("resourceVersion", Long.toString(version));
        Stored now = new Stored(key, tree, version);
        objects.put(key, now);
        tell(new Change(this, author, key, before, now, version));
        return now;
    }

    private void remove(Author author, Stored before) {
        version++;
        objects.remove(before.key());
        tell(new Change(this, author, before.key(), before, null, version));
    }

    private void tell(Change change) {
        listeners.forEach(listener -> listener.accept(change));
    }

    private Stored existing(ObjectKey key) {
        Stored found = objects.get(key);
        if (found == null) {
            throw new KubernetesFailure(Reason.NOT_FOUND, 404, key + " not found");
        }
        return found;
    }

    private static boolean guarded(JsonNode patch) {
        for (JsonNode operation : patch) {
            if (operation.path("op").asText().equals("test")) {
                return true;
            }
        }
        return false;
    }
}
