package io.siterecovery.failover.core.definition;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.model.ResourceKind;

/**
 * One object that a group needs at both sites, as far as the facts tell of it.
 *
 * @param vm the member that needs it
 * @param here how it stands where the group is held; it changes whenever the object may have
 * @param there how it stands at the other site
 */
public record DefinitionPair(Named id, String vm, boolean optional, Stamp here, Stamp there) {

    /**
     * @param namespace empty for cluster-scoped objects
     */
    public record Named(ResourceKind kind, String namespace, String name) {

        @Override
        public String toString() {
            return kind.kind() + " " + name;
        }
    }

    /** From where to where definitions are copied. */
    public record Way(ClusterId from, ClusterId to) {}

    /** A text that is the same as long as the object is; empty where it is not seen. */
    public record Stamp(String text) {

        public static final Stamp ABSENT = new Stamp("");

        public boolean isAbsent() {
            return text.isEmpty();
        }
    }

    /**
     * Whether it needs no look at the objects themselves: where both sites were digested in the
     * form that copies have, equal digests are equal definitions.
     */
    public boolean isSameAtSight() {
        return !here.isAbsent()
                && here.equals(there)
                && !ResourceKind.CONFIGURATION.contains(id.kind());
    }
}
