package io.siterecovery.platform;

import org.jspecify.annotations.Nullable;

/**
 * Which objects of a kind are meant.
 *
 * @param metadataOnly the API server is to send nothing of them but their metadata
 */
public record Selector(@Nullable String labels, @Nullable String fields, boolean metadataOnly) {

    public static final Selector ALL = new Selector(null, null, false);

    /** Of kinds whose content is nobody's business until it is asked for: Secrets, for one. */
    public static final Selector METADATA = new Selector(null, null, true);

    public static Selector labels(String labels) {
        return new Selector(labels, null, false);
    }

    public static Selector named(String name) {
        return new Selector(null, "metadata.name=" + name, false);
    }

    ApiPath on(ApiPath collection) {
        ApiPath path = collection.with("labelSelector", labels).with("fieldSelector", fields);
        return metadataOnly ? path.asking(ApiPath.METADATA) : path;
    }
}
