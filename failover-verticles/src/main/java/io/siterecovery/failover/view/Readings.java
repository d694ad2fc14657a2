package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.CustomResourceFact;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What was read out of our own resources. A group is looked at many times before one of its objects
 * changes, and reading one costs more than all of the rest.
 */
final class Readings {

    private static final int MOST = 10_000;

    private record Reading(CustomResourceFact of, Object value) {}

    private final Map<String, Reading> byUid = new HashMap<>();

    /**
     * @param read always the same for one kind
     */
    @SuppressWarnings({
        "unchecked",
        "ReferenceEquality"
    }) // one kind, one type; one object, one reading
    <T> T of(CustomResourceFact fact, Function<CustomResourceFact, T> read) {
        Reading known = byUid.get(fact.meta().uid());
        if (known != null && known.of() == fact) {
            return (T) known.value();
        }
        T value = read.apply(fact);
        if (byUid.size() >= MOST) {
            byUid.clear();
        }
        byUid.put(fact.meta().uid(), new Reading(fact, value));
        return value;
    }
}
