package io.siterecovery.platform;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.common.utils.Utils;

/**
 * Which deployments this process runs, of all there are: those whose partition of the topic {@code
 * site-recovery.tenants} it holds. Pooled and dedicated instances are groups of their own, so a
 * deployment is for one kind only, as the label of its namespace says.
 *
 * @param partitions of the topic; 0 as long as that is not known
 * @param held by this process
 */
record Share(Mode mode, int partitions, Set<Integer> held) {

    /** For whom a process is there. */
    sealed interface Mode {

        /** All deployments that have no instances of their own. */
        record Pooled() implements Mode {}

        /** This one, if it is to have instances of its own. */
        record Dedicated(String deployment) implements Mode {}

        /** The consumer group whose members share the deployments of this mode out. */
        default String group() {
            return switch (this) {
                case Pooled _ -> "site-recovery.control-plane";
                case Dedicated(String deployment) -> "site-recovery.dr-" + deployment;
            };
        }
    }

    Share {
        held = Set.copyOf(held);
    }

    static Share nothing(Mode mode) {
        return new Share(mode, 0, Set.of());
    }

    /**
     * The partition of a deployment: murmur2 of its name in UTF-8, made positive, modulo the number
     * of partitions, as Kafka's own producers have it. Instances of two releases must agree on it.
     */
    static int partitionOf(String deployment, int partitions) {
        byte[] name = deployment.getBytes(StandardCharsets.UTF_8);
        return Utils.toPositive(Utils.murmur2(name)) % partitions;
    }

    /** Whether this process, and no other one of its mode, has to do with a deployment. */
    boolean covers(String deployment, Isolation isolation) {
        return isForOurMode(deployment, isolation)
                && partitions > 0
                && held.contains(partitionOf(deployment, partitions));
    }

    private boolean isForOurMode(String deployment, Isolation isolation) {
        return switch (mode) {
            case Mode.Pooled _ -> isolation != Isolation.DEDICATED;
            case Mode.Dedicated(String only) ->
                    only.equals(deployment) && isolation == Isolation.DEDICATED;
        };
    }
}
