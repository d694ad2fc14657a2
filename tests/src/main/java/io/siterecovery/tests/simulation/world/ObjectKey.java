package io.siterecovery.tests.simulation.world;

import io.siterecovery.model.ResourceKind;
import java.util.Comparator;

/** One object of an API server. */
public record ObjectKey(ResourceKind kind, String namespace, String name)
        implements Comparable<ObjectKey> {

    private static final Comparator<ObjectKey> ORDER =
            Comparator.comparing((ObjectKey key) -> key.kind().qualified())
                    .thenComparing(ObjectKey::namespace)
                    .thenComparing(ObjectKey::name);

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return kind.kind() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}
