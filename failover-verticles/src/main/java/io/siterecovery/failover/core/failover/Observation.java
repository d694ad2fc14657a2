package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.SourceInspection;
import io.siterecovery.failover.core.taint.Taints;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that the decision about a running failover may depend on, read at one moment. The
 * clock is part of it.
 *
 * @param instanceId the control-plane instance that decides
 * @param fence what trying to start a VM at the source showed since it was closed
 * @param topicEnds where the agents' topics ended when they were read after Close
 * @param inspection the source's own answer to what still runs, asked after the stop
 * @param desiredStateShown whether this step has already written its desiredState once
 * @param cancelled somebody has asked to end it, or deleted it
 * @param taints of DRBD that keep VMs from the target, if they are to be removed
 * @param frozen what shows that the ownership is not the latest word; empty when nothing does
 */
public record Observation(
        Instant now,
        String instanceId,
        Optional<OwnershipSeen> ownership,
        Side source,
        Side target,
        Replication replication,
        Fence fence,
        Optional<Map<String, Long>> topicEnds,
        Optional<SourceInspection> inspection,
        boolean desiredStateShown,
        boolean cancelled,
        Taints taints,
        Optional<String> frozen) {

    /** One site of the group. */
    public record Side(boolean reachable, List<Vm> vms) {

        public Side {
            vms = List.copyOf(vms);
        }

        /** Every VM of the group runs here. An unreachable site is not known to run anything. */
        public boolean allRunning() {
            return reachable && !vms.isEmpty() && vms.stream().allMatch(v -> v.power() == Power.UP);
        }

        /** Nothing of the group runs here, or may still be stopping. */
        public boolean allStopped() {
            return reachable && vms.stream().allMatch(v -> v.power() == Power.DOWN);
        }

        /** Every VM that exists carries this claim and is listed in the fence under it. */
        public boolean heldUnder(Claim claim) {
            return reachable && vms.stream().allMatch(v -> v.heldUnder(claim));
        }

        String stillUp() {
            return shown(Power.DOWN);
        }

        String notUp() {
            return shown(Power.UP);
        }

        private String shown(Power not) {
            return String.join(
                    ", ", vms.stream().filter(v -> v.power() != not).map(Vm::shown).toList());
        }

        /** VMs whose turn in the boot order has not come. */
        public List<String> waiting() {
            return vms.stream().filter(v -> !v.waitsFor().isEmpty()).map(Vm::name).toList();
        }
    }

    /**
     * A VM on one site.
     *
     * @param exists whether its definition exists there
     * @param fencedBy the claim under which the fence lists it
     * @param waitsFor which VMs come first in the boot order, in words; empty when it is its turn
     */
    public record Vm(
            String name,
            boolean exists,
            Power power,
            Optional<Claim> claim,
            Optional<Claim> fencedBy,
            String waitsFor) {

        public Vm(
                String name,
                boolean exists,
                Power power,
                Optional<Claim> claim,
                Optional<Claim> fencedBy) {
            this(name, exists, power, claim, fencedBy, "");
        }

        private String shown() {
            return waitsFor.isEmpty() ? name : name + " (waits for " + waitsFor + ")";
        }

        boolean heldUnder(Claim expected) {
            return fencedBy.filter(expected::equals).isPresent()
                    && (!exists || claim.filter(expected::equals).isPresent());
        }
    }

    /** UP: its VMI runs. DOWN: neither VMI nor launcher pod nor attachment is left. */
    public enum Power {
        UP,
        DOWN,
        BETWEEN
    }

    /** What is known of the fence at the source. */
    public enum Fence {
        UNTRIED,
        /** A dry-run start was refused: nobody can start the VMs there. */
        HOLDS,
        /** The cluster has no such policy: a VM that is started there is stopped again. */
        REACTIVE
    }

    boolean isPast(Instant deadline) {
        return now.isAfter(deadline);
    }
}
