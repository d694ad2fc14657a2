package io.siterecovery.failover.core.definition;

import io.siterecovery.failover.core.ownership.ClusterId;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a group's definitions at the other site.
 *
 * @param site that they are kept at; empty while they are left alone
 * @param looked all of them were compared since they last changed
 * @param count how many there are
 */
public record Findings(
        Optional<ClusterId> site, boolean looked, int count, List<Finding> findings) {

    public static final Findings NONE = new Findings(Optional.empty(), false, 0, List.of());

    public Findings {
        findings = List.copyOf(findings);
    }

    /** What keeps VMs from being started there, if it is this site. */
    public List<String> preventing(ClusterId at) {
        return site.filter(at::equals).isEmpty()
                ? List.of()
                : findings.stream().filter(Finding::prevents).map(Findings::described).toList();
    }

    public static String described(Finding finding) {
        return switch (finding) {
            case Finding.Missing(var id, var why, _) -> id + " " + why;
            case Finding.Refused(var id, var why, _) -> id + " was refused: " + why;
            case Finding.Orphaned(var id, var why) -> id + " " + why;
            case Finding.Drifted(var id, var differences) ->
                    id + ": " + String.join(", ", differences);
            case Finding.Adapted(var id, var differences) ->
                    id + " is made different by its cluster: " + String.join(", ", differences);
            case Finding.Conflict(var id, var differences, _) ->
                    id + " is not ours and says something else: " + String.join(", ", differences);
        };
    }
}
