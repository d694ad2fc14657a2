package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Preflight.GroupSeen;
import io.siterecovery.failover.core.failover.Preflight.Health.Verdict;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands against a planned failover of a group: the same for an order, for a dry run, and for
 * whoever looks at the group long before.
 *
 * @param wrong known to be so; all of it
 * @param notYet what is only not known, or under way
 */
public record Readiness(List<Refusal> wrong, List<Refusal> notYet) {

    public Readiness {
        wrong = List.copyOf(wrong);
        notYet = List.copyOf(notYet);
    }

    public static Readiness of(GroupId group, GroupSeen at, ClusterId source, ClusterId target) {
        for (ClusterId site : List.of(source, target)) {
            if (!answers(at, site)) {
                return new Readiness(List.of(), List.of(notAnswering(site.name())));
            }
        }
        List<Refusal> wrong = new ArrayList<>();
        List<Refusal> notYet = new ArrayList<>();
        at.refused().ifPresent(why -> wrong.add(Refusal.of("NotTakenOn", "%s", why)));
        at.failure().ifPresent(failure -> wrong.add(groupFailed(group, failure)));
        if (!at.missingAtTarget().isEmpty()) {
            (at.copying() ? notYet : wrong)
                    .add(definitionsMissing(group, target, at.missingAtTarget()));
        }
        Verdict health = at.health().verdict();
        if (health == Verdict.UNKNOWN && wrong.isEmpty()) {
            notYet.add(Preflight.replication(group, at.health()));
        } else if (health != Verdict.HEALTHY) {
            wrong.add(Preflight.replication(group, at.health()));
        }
        return new Readiness(wrong, notYet);
    }

    static boolean answers(GroupSeen at, ClusterId site) {
        Side side = at.sides().get(site);
        return side != null && side.reachable();
    }

    static Refusal notAnswering(String what) {
        return Refusal.of(
                "NotAnswering", "%s did not answer; a planned failover needs both sites", what);
    }

    static Refusal groupFailed(GroupId group, String failure) {
        return Refusal.of("GroupFailed", "%s is Failed: %s", group, failure);
    }

    static Refusal definitionsMissing(GroupId group, ClusterId target, List<String> missing) {
        return Refusal.of(
                "DefinitionsMissing",
                "%s cannot start on %s, which lacks: %s",
                group,
                target,
                String.join(", ", missing));
    }

    /** All of them, not the first only. */
    public static Refusal together(List<Refusal> findings) {
        return new Refusal(
                findings.getFirst().reason(),
                String.join("; ", findings.stream().map(Refusal::message).toList()));
    }
}
