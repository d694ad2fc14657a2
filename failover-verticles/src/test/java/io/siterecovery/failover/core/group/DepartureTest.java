package io.siterecovery.failover.core.group;

import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.failover.core.definition.Findings;
import io.siterecovery.failover.core.group.Departure.Leaver;
import io.siterecovery.failover.core.group.Departure.Made;
import io.siterecovery.failover.core.group.Departure.Seen;
import io.siterecovery.failover.core.group.Departure.Step;
import io.siterecovery.failover.core.group.GroupObservation.DrbdTaints;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DepartureTest {

    private static final Instant LONG_AGO = NOW.minus(Departure.SECOND_THOUGHTS);
    private static final Made DISK =
            new Made(ResourceKind.PERSISTENT_VOLUME_CLAIM, "production", "vm-disk", "d1");

    private Ownership ownership = Ownership.unclaimed().takenBy("us").claimedBy(SOURCE);
    private Optional<Instant> goneSince = Optional.of(LONG_AGO);
    private boolean targetKnown = true;
    private Member here = member(true, false, true, true);
    private Member there = member(true, true, false, false);
    private List<Made> copies = List.of(DISK);
    private boolean leaving = true;
    private Set<String> fencedAndGone = Set.of();

    @Test
    void copies_go_first_then_the_vm_then_the_claim_then_the_fence_then_the_ownership() {
        assertThat(steps()).containsExactly(new Step.Delete(TARGET, List.of(DISK)));
        copies = List.of();
        assertThat(steps())
                .containsExactly(
                        new Step.Delete(
                                TARGET,
                                List.of(
                                        new Made(
                                                ResourceKind.VIRTUAL_MACHINE,
                                                GROUP.namespace(),
                                                "vm",
                                                "u"))));
        there = member(false, false, false, false);
        assertThat(steps())
                .containsExactly(new Step.Unclaim(SOURCE, "vm", here.vm().orElseThrow()));
        leaving = false;
        fencedAndGone = Set.of("vm");
        assertThat(steps())
                .singleElement()
                .isInstanceOfSatisfying(
                        Step.Unfence.class, u -> assertThat(u.vms()).containsExactly("vm"));
        fencedAndGone = Set.of();
        assertThat(steps()).singleElement().isInstanceOf(Step.ForgetOwnership.class);
    }

    @Test
    void a_definition_that_is_not_ours_stays_and_stays_fenced() {
        there = member(true, false, false, false);
        assertThat(steps())
                .as("first where it is held: whoever is still claimed there holds the other")
                .containsExactly(new Step.Unclaim(SOURCE, "vm", here.vm().orElseThrow()));
        here =
                new Member(
                        "vm",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        Optional.empty());
        assertThat(steps())
                .containsExactly(new Step.Unclaim(TARGET, "vm", there.vm().orElseThrow()));
    }

    @Test
    void what_may_be_writing_is_never_deleted() {
        there = member(true, true, true, true);
        assertThat(steps()).isEmpty();
        there = member(true, true, false, true);
        assertThat(steps()).isEmpty();
    }

    @Test
    void nothing_happens_while_something_moves_or_a_site_is_silent() {
        targetKnown = false;
        assertThat(steps()).isEmpty();
        targetKnown = true;
        ownership = ownership.close(SOURCE, TARGET, plan().lock(), plan().record());
        assertThat(steps()).isEmpty();
    }

    @Test
    void a_group_that_is_made_again_within_a_minute_finds_all_as_it_was() {
        goneSince = Optional.of(NOW.minusSeconds(59));
        Departure.Answer answer = Departure.decide(seen());
        assertThat(answer.steps()).isEmpty();
        assertThat(answer.lookAgain()).contains(NOW.plusSeconds(1));
    }

    @Test
    void a_vm_that_was_taken_out_goes_at_once_and_the_group_stays() {
        goneSince = Optional.empty();
        copies = List.of();
        assertThat(steps()).singleElement().isInstanceOf(Step.Delete.class);
        leaving = false;
        assertThat(steps()).isEmpty();
    }

    private List<Step> steps() {
        return Departure.decide(seen()).steps();
    }

    private Seen seen() {
        GroupObservation group =
                new GroupObservation(
                        NOW,
                        "prod",
                        "us",
                        GROUP,
                        true,
                        Optional.empty(),
                        Optional.of(new OwnershipSeen("o", "1", ownership)),
                        Optional.empty(),
                        List.of(site(SOURCE, true), site(TARGET, targetKnown)),
                        new Replication(List.of(), List.of()),
                        DrbdTaints.NONE,
                        Findings.NONE,
                        PastMoves.NONE);
        return new Seen(
                group,
                goneSince,
                leaving ? List.of(new Leaver("vm", here, there, copies)) : List.of(),
                fencedAndGone);
    }

    private Site site(ClusterId cluster, boolean known) {
        FenceFact fence = new FenceFact(meta(Map.of()), Map.of("vm", claim()));
        return new Site(
                cluster,
                known,
                known,
                Optional.empty(),
                List.of(),
                Optional.of(fence),
                Optional.of(true));
    }

    private Member member(boolean claimed, boolean copied, boolean on, boolean runs) {
        Map<String, String> annotations = new TreeMap<>();
        if (claimed) {
            annotations.put(ApiGroups.CLAIM, claim());
        }
        if (copied) {
            annotations.put(ApiGroups.COPY_OF, "u0");
        }
        return new Member(
                "vm",
                Optional.of(
                        new VirtualMachineFact(
                                meta(annotations), on, null, List.of(), List.of(), null, null)),
                runs
                        ? Optional.of(
                                new VirtualMachineInstanceFact(
                                        meta(Map.of()), "Running", "n", true, null))
                        : Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    private String claim() {
        return Ownership.unclaimed()
                .takenBy("us")
                .claimedBy(SOURCE)
                .claim("prod", GROUP)
                .toString();
    }

    private static ObjectMeta meta(Map<String, String> annotations) {
        return new ObjectMeta("u", "5", 1, NOW, null, annotations);
    }
}
