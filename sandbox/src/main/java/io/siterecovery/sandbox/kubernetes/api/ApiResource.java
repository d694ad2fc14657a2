package io.siterecovery.sandbox.kubernetes.api;

import io.siterecovery.sandbox.kubernetes.print.Columns;
import io.siterecovery.sandbox.kubernetes.schema.CustomSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One resource in one API version: how it is called, where it is stored, and what is special.
 *
 * @param table the store's name of it; several versions (and both Event APIs) share one
 * @param selectableFields field selectors beside metadata.name and metadata.namespace
 * @param schema only of custom resources
 */
public record ApiResource(
        String group,
        String version,
        Names names,
        boolean namespaced,
        boolean statusSubresource,
        String table,
        List<String> selectableFields,
        Strategy strategy,
        Conversion conversion,
        Columns columns,
        @Nullable CustomSchema schema) {

    /** The words for a resource. */
    public record Names(
            String kind,
            String plural,
            String singular,
            List<String> shortNames,
            List<String> categories) {}

    public String kind() {
        return names.kind();
    }

    public String plural() {
        return names.plural();
    }

    public boolean custom() {
        return schema != null;
    }

    /** {@code plural.group}, as messages call it. */
    public String qualifiedName() {
        return group.isEmpty() ? plural() : plural() + "." + group;
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** The namespace to store under: none for a cluster-wide resource. */
    public String scope(String namespace) {
        return namespaced ? namespace : "";
    }
}
