package io.siterecovery.failover.core.ownership;

import java.util.Optional;

/** Who may run a group's VMs. */
public sealed interface Holder {

    /** The VMs may run on this cluster and nowhere else. */
    record At(ClusterId cluster) implements Holder {}

    /** Nothing of the group is started anywhere. */
    record Moving(ClusterId from, ClusterId to) implements Holder {}

    /** Nobody has been seen running the group yet: nothing is started and nothing is stopped. */
    record Unclaimed() implements Holder {}

    /** Where the VMs run, or ran until the move began. */
    default Optional<ClusterId> home() {
        return switch (this) {
            case At(var cluster) -> Optional.of(cluster);
            case Moving(var from, _) -> Optional.of(from);
            case Unclaimed() -> Optional.empty();
        };
    }

    default boolean isAt(ClusterId cluster) {
        return this instanceof At(ClusterId at) && at.equals(cluster);
    }
}
