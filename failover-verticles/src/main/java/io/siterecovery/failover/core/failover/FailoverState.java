package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.taint.Untainting;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where one failover stands; stored in the {@code status} of its Failover in {@code dr-<d>} before
 * anything is done about it.
 */
public sealed interface FailoverState {

    sealed interface Active extends FailoverState {
        FailoverPlan plan();

        /** When this step gives up. */
        Instant deadline();
    }

    sealed interface Finished extends FailoverState {}

    /** Ordered, not yet judged. Nothing has been changed. */
    record Pending(Instant deadline) implements FailoverState {}

    /** Taking ownership away from the source, and making it impossible to start the VMs there. */
    record Closing(FailoverPlan plan, Instant deadline) implements Active {}

    /**
     * The source's VMs are being stopped.
     *
     * @param proofFrom per site id: only what was appended to {@code site-<id>.drbd} from here on
     *     proves anything
     */
    record StoppingVms(FailoverPlan plan, Map<String, Long> proofFrom, Instant deadline)
            implements Active {}

    /** Nothing runs at the source; waiting for the proof that the target has all data. */
    record Proving(FailoverPlan plan, Map<String, Long> proofFrom, Instant deadline)
            implements Active {}

    /**
     * Proven as far as we can; DRBD at the target lets itself be written only when a human has said
     * so to it.
     *
     * @param commands what to type, one line per node
     */
    record AwaitingOperator(
            FailoverPlan plan, Map<String, Long> proofFrom, List<String> commands, Instant deadline)
            implements Active {}

    /**
     * Proven. The target is given the group: from here there is no undo.
     *
     * @param by the rule it is granted by: stored before it is, so that what was taken on a human's
     *     word is on record
     */
    record Granting(FailoverPlan plan, Map<String, Long> proofFrom, Rule by, Instant deadline)
            implements Active {}

    /**
     * The target's; DRBD's taints keep its VMs from their nodes, and nothing is started yet.
     *
     * @param work what of that is on record, until when
     */
    record RemovingTaints(FailoverPlan plan, Untainting work) implements Active {
        @Override
        public Instant deadline() {
            return work.until();
        }
    }

    /**
     * @param work empty while no taint was ever in the way
     * @param waiting whose turn in the boot order had not come when the deadline began; empty while
     *     nobody ever waited
     */
    record StartingVms(
            FailoverPlan plan,
            Optional<Untainting> work,
            Optional<List<String>> waiting,
            Instant deadline)
            implements Active {
        public StartingVms(FailoverPlan plan, Optional<Untainting> work, Instant deadline) {
            this(plan, work, Optional.empty(), deadline);
        }

        public StartingVms(FailoverPlan plan, Instant deadline) {
            this(plan, Optional.empty(), deadline);
        }
    }

    /**
     * Giving the group back to the source.
     *
     * @param waiting as in {@link StartingVms}
     */
    record RollingBack(
            FailoverPlan plan, Refusal why, Optional<List<String>> waiting, Instant deadline)
            implements Active {
        public RollingBack(FailoverPlan plan, Refusal why, Instant deadline) {
            this(plan, why, Optional.empty(), deadline);
        }
    }

    record Completed(FailoverPlan plan) implements Finished {}

    /**
     * A dry run found nothing against it. Nothing was changed.
     *
     * @param taints that would be removed, and groups that would be passed over for that, in words;
     *     empty when there are none
     */
    record Rehearsed(FailoverPlan plan, String taints) implements Finished {}

    /** Ended without success; {@code undone} when the source had to be given the group back. */
    record Failed(Refusal why, boolean undone) implements Finished {}
}
