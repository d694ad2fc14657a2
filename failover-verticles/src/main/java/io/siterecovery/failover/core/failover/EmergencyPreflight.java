package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.diagnosis.Verdict;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.proof.EmergencyProof;
import io.siterecovery.failover.core.proof.EmergencyProof.Situation;
import io.siterecovery.failover.core.proof.Evidence;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import java.util.List;
import java.util.Optional;

/**
 * Judges an emergency before anything is changed: what would be refused once the group is closed is
 * refused now, while it still runs wherever it runs. Pure.
 */
final class EmergencyPreflight {

    /** What is wrong with an emergency now. */
    sealed interface Judgement {
        /** Nothing: by this rule it can go on. */
        record Sound(Rule rule) implements Judgement {}

        /** It is not known yet, and may be in a moment. */
        record NotYet(Refusal atTheDeadline) implements Judgement {}

        record Wrong(Refusal why) implements Judgement {}
    }

    /**
     * @param heard the target's agents have said how its disks are
     */
    static Judgement judge(
            GroupId group, Situation situation, Optional<Diagnosis> source, boolean heard) {
        ClusterId from = situation.source();
        String seen = source.map(Diagnosis::described).orElse(from + " is not diagnosed yet");
        Verdict verdict = source.map(Diagnosis::verdict).orElse(Verdict.UNKNOWN);
        if (!situation.sourceAnswers() && verdict == Verdict.API_ONLY_DOWN) {
            return new Judgement.Wrong(alive(group, from, seen));
        }
        List<String> never = EmergencyProof.never(situation);
        if (!never.isEmpty()) {
            return new Judgement.Wrong(never(group, situation.target(), never, seen));
        }
        if (situation.sourceAnswers()) {
            return new Judgement.Sound(Rule.R);
        }
        Evidence evidence = EmergencyProof.judge(situation);
        if (evidence.missing().isEmpty()) {
            boolean certain =
                    evidence.rule() == Rule.Q || source.filter(Diagnosis::confirmed).isPresent();
            return certain
                    ? new Judgement.Sound(evidence.rule())
                    : new Judgement.NotYet(notConfirmed(group, from, seen));
        }
        Refusal refusal =
                situation.confirmed() || !heard
                        ? notProven(group, situation.target(), evidence.missing(), seen)
                        : unconfirmed(group, from, evidence.missing(), seen);
        boolean mayChange = !heard || source.filter(Diagnosis::confirmed).isEmpty();
        return mayChange ? new Judgement.NotYet(refusal) : new Judgement.Wrong(refusal);
    }

    private static Refusal alive(GroupId group, ClusterId from, String seen) {
        return Refusal.of(
                "ApiOnlyDown",
                "only the API of %s is silent: the VMs of %s are alive there and writing, and would"
                        + " be interrupted for nothing (%s); nothing was changed",
                from,
                group,
                seen);
    }

    private static Refusal never(GroupId group, ClusterId to, List<String> faults, String seen) {
        return Refusal.of(
                "NeverSafe",
                "%s may not start on %s, and no override changes that: %s (%s)",
                group,
                to,
                shown(faults),
                seen);
    }

    private static Refusal notConfirmed(GroupId group, ClusterId from, String seen) {
        return Refusal.of(
                "NotSilentForSure",
                "it is not certain that %s is lost, so %s stays where it is: %s",
                from,
                group,
                seen);
    }

    private static Refusal notProven(
            GroupId group, ClusterId to, List<String> missing, String seen) {
        return Refusal.of(
                "DataNotProven",
                "%s may not start on %s: %s (%s)",
                group,
                to,
                shown(missing),
                seen);
    }

    private static Refusal unconfirmed(
            GroupId group, ClusterId from, List<String> missing, String seen) {
        return Refusal.of(
                "ConfirmationNeeded",
                "%s is silent, and nothing proves that %s has stopped there: %s (%s). If you have"
                        + " made sure that it runs nothing of the group (powered off, or its"
                        + " storage network cut), order again with force: true",
                from,
                group,
                shown(missing),
                seen);
    }

    static String shown(List<String> sentences) {
        return String.join("; ", sentences.subList(0, Math.min(5, sentences.size())))
                + (sentences.size() > 5 ? "; and " + (sentences.size() - 5) + " more" : "");
    }

    private EmergencyPreflight() {}
}
