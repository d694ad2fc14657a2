package io.siterecovery.platform;

import org.jspecify.annotations.Nullable;

/** Which objects of a kind are meant. */
public record Selector(@Nullable String labels, @Nullable String fields) {

    public static final Selector ALL = new Selector(null, null);

    public static Selector labels(String labels) {
        return new Selector(labels, null);
    }

    public static Selector named(String name) {
        return new Selector(null, "metadata.name=" + name);
    }

    ApiPath on(ApiPath collection) {
        return collection.with("labelSelector", labels).with("fieldSelector", fields);
    }
}
