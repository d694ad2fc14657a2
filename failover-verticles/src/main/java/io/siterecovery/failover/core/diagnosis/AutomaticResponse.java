package io.siterecovery.failover.core.diagnosis;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.proof.EmergencyProof;
import io.siterecovery.failover.core.proof.EmergencyProof.Situation;
import io.siterecovery.failover.core.proof.Evidence;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Replication;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a group fails over by itself: only from a site that is certainly lost, after a delay in
 * which a human may do better, and only if DRBD's quorum proves for every volume that nobody else
 * writes. Pure.
 */
public final class AutomaticResponse {

    /** What to do about a group now. */
    public sealed interface Answer {
        record Nothing() implements Answer {}

        /** It may be time then. */
        record LookAgain(Instant at) implements Answer {}

        /**
         * @param name the same for every instance and every try while the group is held as it is
         */
        record Order(String name, ClusterId target, String reason) implements Answer {}
    }

    /**
     * @param source what is wrong with the site that holds the group
     * @param target what is wrong with the other one
     */
    public record Seen(
            GroupId group,
            Ownership ownership,
            ClusterId other,
            Optional<Diagnosis> source,
            Optional<Diagnosis> target,
            Replication replication,
            Duration delay,
            Instant now) {}

    public static Answer judge(Seen seen) {
        if (seen.ownership().lock().isPresent()
                || !(seen.ownership().holder() instanceof Holder.At(ClusterId holder))
                || !is(seen.source(), Verdict.SITE_DOWN)
                || !is(seen.target(), Verdict.HEALTHY)) {
            return new Answer.Nothing();
        }
        Diagnosis lost = seen.source().orElseThrow();
        Instant due = lost.since().plus(seen.delay());
        if (!lost.confirmed() || due.isAfter(seen.now())) {
            return new Answer.LookAgain(due.isAfter(seen.now()) ? due : seen.now().plusSeconds(1));
        }
        Evidence evidence =
                EmergencyProof.judge(
                        new Situation(
                                seen.replication(),
                                holder,
                                seen.other(),
                                Optional.empty(),
                                false,
                                Optional.empty(),
                                false,
                                seen.now()));
        if (evidence.rule() != Rule.Q || !evidence.holds()) {
            return new Answer.LookAgain(seen.now().plusSeconds(5));
        }
        return new Answer.Order(
                name(seen.group(), seen.ownership().epoch()), seen.other(), lost.described());
    }

    private static boolean is(Optional<Diagnosis> diagnosis, Verdict verdict) {
        return diagnosis.filter(d -> d.verdict() == verdict).isPresent();
    }

    static String name(GroupId group, long epoch) {
        return String.format(Locale.ROOT, "auto-%s-%d", group.ownershipName(), epoch);
    }

    private AutomaticResponse() {}
}
