package io.siterecovery.failover.core.ownership;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who may run a group, and who is changing that: the one record that decides, and its moves.
 *
 * <p>Each move is written with the resourceVersion it was decided on, so of two writers one loses.
 * Every change of holder raises the epoch.
 *
 * @param instance the control-plane instance that acts for the group
 * @param history the last {@value #HISTORY_LIMIT} Failovers carried out, oldest first
 */
public record Ownership(
        Holder holder,
        long epoch,
        Optional<Lock> lock,
        Optional<Instance> instance,
        List<Past> history) {

    static final int HISTORY_LIMIT = 200;

    /** The running Failover: while it is set, no other one may start. */
    public record Lock(String uid, String failover) {}

    /** One run of a control-plane process; its term grows with each take. */
    public record Instance(String id, long term) {}

    /** A Failover that was carried out. A name is not carried out twice. */
    public record Past(String origin, String name, String uid) {

        /** {@code <namespace>/<name>} of the object that somebody made. */
        public String shown() {
            return origin.substring(origin.indexOf('/') + 1) + "/" + name;
        }
    }

    public Ownership {
        history = List.copyOf(history);
    }

    /** No holder: the start of every group. */
    public static Ownership unclaimed() {
        return new Ownership(
                new Holder.Unclaimed(), 0, Optional.empty(), Optional.empty(), List.of());
    }

    /** The first holder, once both sites were seen and VMs run on exactly this one. */
    public Ownership claimedBy(ClusterId cluster) {
        return moveTo(new Holder.At(cluster), lock, history);
    }

    /** Close: from here on nothing of the group is started anywhere. */
    public Ownership close(ClusterId from, ClusterId to, Lock by, Past record) {
        return moveTo(new Holder.Moving(from, to), Optional.of(by), with(record));
    }

    /** An operation that leaves the group where it is: it only has the lock. */
    public Ownership lockedBy(Lock by, Past record) {
        return new Ownership(holder, epoch, Optional.of(by), instance, with(record));
    }

    /** Grant, to the target when the proof is complete, or back to the source as undo. */
    public Ownership grant(ClusterId to) {
        return moveTo(new Holder.At(to), lock, history);
    }

    /** Release: the operation has ended. */
    public Ownership release() {
        return new Ownership(holder, epoch, Optional.empty(), instance, history);
    }

    public Ownership takenBy(String instanceId) {
        return new Ownership(
                holder, epoch, lock, Optional.of(new Instance(instanceId, term() + 1)), history);
    }

    public boolean actsFor(String instanceId) {
        return instance.filter(i -> i.id().equals(instanceId)).isPresent();
    }

    public boolean isLockedBy(String uid) {
        return lock.filter(l -> l.uid().equals(uid)).isPresent();
    }

    /** What is known of the running Failover beside its lock. */
    public Optional<Past> locking() {
        return lock.flatMap(
                l -> history.stream().filter(past -> past.uid().equals(l.uid())).findFirst());
    }

    public boolean hasCarriedOut(String uid) {
        return history.stream().anyMatch(past -> past.uid().equals(uid));
    }

    public long term() {
        return instance.map(Instance::term).orElse(0L);
    }

    public Claim claim(String deployment, GroupId group) {
        return Claim.of(deployment, group, epoch, term());
    }

    private List<Past> with(Past record) {
        List<Past> longer = new ArrayList<>(history);
        longer.add(record);
        return longer.subList(Math.max(0, longer.size() - HISTORY_LIMIT), longer.size());
    }

    private Ownership moveTo(Holder next, Optional<Lock> by, List<Past> past) {
        return new Ownership(next, epoch + 1, by, instance, past);
    }
}
