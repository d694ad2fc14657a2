package io.siterecovery.sandbox.kubernetes.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The compiled {@code openAPIV3Schema} of one version of a custom resource. */
public final class CustomSchema {
    private final SchemaNode root;

    private CustomSchema(SchemaNode root) {
        this.root = root;
    }

    public static CustomSchema parse(JsonNode openApiV3Schema) throws SchemaNode.Unusable {
        return new CustomSchema(SchemaNode.parse(openApiV3Schema));
    }

    /** The schema as the CRD has it. */
    public JsonNode raw() {
        return root.raw();
    }

    /** Prunes in place; answers the paths of the fields that it did not know. */
    public List<String> prune(ObjectNode object) {
        List<String> removed = new ArrayList<>();
        Pruning.prune(root, object, removed);
        return removed;
    }

    public void setDefaults(ObjectNode object) {
        Pruning.setDefaults(root, object);
    }

    public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
        return Validator.validate(root, object, before);
    }
}
