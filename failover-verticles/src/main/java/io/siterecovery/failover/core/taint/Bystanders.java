package io.siterecovery.failover.core.taint;

import io.siterecovery.failover.core.ownership.GroupId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Other groups that a taint's removal would touch. Of other deployments nothing is known here but
 * how many.
 *
 * @param groups of this deployment
 * @param others how many groups of other deployments
 */
public record Bystanders(Set<GroupId> groups, int others) {

    public static final Bystanders NOBODY = new Bystanders(Set.of(), 0);

    public Bystanders {
        groups = Set.copyOf(groups);
    }

    /**
     * All of them but groups of this deployment that need not be waited for, nor be refused for.
     */
    public Bystanders without(Set<String> named) {
        return new Bystanders(
                groups.stream()
                        .filter(g -> !named.contains(g.toString()))
                        .collect(Collectors.toSet()),
                others);
    }

    /** {@code force} speaks for one's own deployment, never for another. */
    public Bystanders unlessForced(boolean forced) {
        return forced ? new Bystanders(Set.of(), others) : this;
    }

    public boolean isEmpty() {
        return groups.isEmpty() && others == 0;
    }

    /** {@code <namespace>/<name>} of those that may be named, in order. */
    public Set<String> named() {
        return groups.stream()
                .map(GroupId::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** For people of one namespace, where a group's name is enough. */
    public String described(String namespace) {
        List<String> words =
                new ArrayList<>(
                        named().stream()
                                .map(
                                        g ->
                                                g.startsWith(namespace + "/")
                                                        ? g.substring(namespace.length() + 1)
                                                        : g)
                                .toList());
        String names = String.join(", ", words);
        if (others == 0) {
            return names;
        }
        return (names.isEmpty() ? "" : names + " and ") + others + " of other deployments";
    }
}
