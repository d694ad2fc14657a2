package io.siterecovery.sandbox.kubernetes.store;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is owned by whom, so that a deletion need not look at every object. Under the store's lock.
 */
final class OwnerIndex {
    private final Map<String, Set<Dependent>> byOwner = new HashMap<>();

    /** Where an object that has an owner is stored. */
    record Dependent(ObjectTable table, String key) {}

    void changed(ObjectTable table, @Nullable Stored before, @Nullable Stored after) {
        if (before != null) {
            Dependent was = new Dependent(table, before.key());
            for (String owner : before.owners()) {
                Set<Dependent> dependents = byOwner.get(owner);
                if (dependents != null && dependents.remove(was) && dependents.isEmpty()) {
                    byOwner.remove(owner);
                }
            }
        }
        if (after != null) {
            for (String owner : after.owners()) {
                byOwner.computeIfAbsent(owner, o -> new LinkedHashSet<>())
                        .add(new Dependent(table, after.key()));
            }
        }
    }

    List<Dependent> of(String owner) {
        return List.copyOf(byOwner.getOrDefault(owner, Set.of()));
    }
}
