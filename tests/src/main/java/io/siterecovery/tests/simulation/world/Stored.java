package io.siterecovery.tests.simulation.world;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.platform.KubernetesJson;
import org.jspecify.annotations.Nullable;

/** One version of one object; nobody changes it. */
public final class Stored {

    private final ObjectKey key;
    private final ObjectNode tree;
    private final long version;
    private @Nullable GenericKubernetesResource object;

    Stored(ObjectKey key, ObjectNode tree, long version) {
        this.key = key;
        this.tree = tree;
        this.version = version;
    }

    public ObjectKey key() {
        return key;
    }

    /** To be read only. */
    public ObjectNode tree() {
        return tree;
    }

    public long version() {
        return version;
    }

    /** As a client gets it; to be read only. */
    public GenericKubernetesResource object() {
        if (object == null) {
            object = KubernetesJson.object(tree);
        }
        return object;
    }

    public String uid() {
        return text("metadata", "uid");
    }

    public boolean deleting() {
        return at("metadata", "deletionTimestamp").isTextual();
    }

    public JsonNode at(String... path) {
        JsonNode found = tree;
        for (String step : path) {
            found = found.path(step);
        }
        return found;
    }

    public String text(String... path) {
        return at(path).asText("");
    }

    public String annotation(String name) {
        return text("metadata", "annotations", name);
    }
}
