package io.siterecovery.failover.core.taint;

import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.RESOURCE;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.suspended;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static io.siterecovery.failover.core.Fixtures.volume;
import static io.siterecovery.failover.core.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import io.siterecovery.failover.core.taint.TaintSafety.Instance;
import io.siterecovery.failover.core.taint.TaintSafety.SiteNode;
import io.siterecovery.failover.core.taint.Taints.Asked;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaintSafetyTest {

    private static final String LOST = "drbd.linbit.com/lost-quorum";
    private static final NodeTaint TAINT = new NodeTaint("n2", LOST);
    private static final Taints TAINTED = Taints.seen(List.of(TAINT));
    private static final Untainting BEGUN = Untainting.until(NOW.plusSeconds(30));
    private static final GroupId NEIGHBOUR = new GroupId("production", "database");
    private static final GroupId ELSEWHERE = new GroupId("default", "shop");
    private static final Bystanders OTHERS = new Bystanders(Set.of(), 2);

    private final Replication replication = replication(sourceReport(), targetReport());

    // --- whether a taint is in the way ---

    @Test
    void only_nodes_that_carry_the_groups_disks_are_touched() {
        assertThat(inTheWay(replication, node("n2", LOST), node("n3", LOST)))
                .containsExactly(TAINT);
        assertThat(inTheWay(replication, node("n3", LOST))).isEmpty();
        assertThat(inTheWay(replication, node("n1", LOST))).as("a node of the source").isEmpty();
        assertThat(inTheWay(replication, node("n2"))).isEmpty();
    }

    @Test
    void what_runs_there_already_needs_none_removed() {
        assertThat(
                        TaintSafety.inTheWay(
                                replication, TARGET, List.of(node("n2", LOST)), Set.of("vm")))
                .isEmpty();
    }

    @Test
    void a_vm_that_has_another_node_needs_none_removed() {
        Replication two = replication(sourceReport(), targetReport(), on("n3", RESOURCE));
        assertThat(inTheWay(two, node("n2", LOST), node("n3"))).isEmpty();
        assertThat(inTheWay(two, node("n2", LOST), node("n3", LOST))).hasSize(2);
        SiteNode cordoned = new SiteNode("n3", false, List.of());
        assertThat(inTheWay(two, node("n2", LOST), cordoned)).containsExactly(TAINT);
    }

    @Test
    void a_node_must_carry_all_disks_of_a_vm() {
        Replication twoDisks =
                new Replication(
                        List.of(
                                new GroupVolume("vm", "a", Optional.of(RESOURCE), 0, ""),
                                new GroupVolume("vm", "b", Optional.of("pvc-2"), 0, "")),
                        List.of(targetReport(), on("n2", "pvc-2"), on("n3", RESOURCE)));
        assertThat(inTheWay(twoDisks, node("n2", LOST), node("n3"))).containsExactly(TAINT);
    }

    // --- whom it would harm ---

    @Test
    void others_on_the_nodes_are_named_if_ours_and_counted_if_not() {
        Bystanders whom =
                bystanders(
                        Set.of(),
                        instance("n2", "prod/production.database/3/1"),
                        instance("n2", "prod/production.web-tier/3/1"),
                        instance("n2", "prod/default.shop/3/1"),
                        instance("n2", "prod/default.shop/3/1"),
                        instance("n2", "staging/production.database/3/1"),
                        instance("n2", "staging/production.other/3/1"),
                        instance("n2", "staging/production.other/3/1"),
                        instance("n9", "staging/production.far/3/1"),
                        instance("n9", "prod/production.far/3/1"),
                        new Instance(Optional.of("n2"), Optional.empty(), Optional.empty()));
        assertThat(whom).isEqualTo(new Bystanders(Set.of(NEIGHBOUR, ELSEWHERE), 2));
        assertThat(whom.described("production"))
                .isEqualTo("default/shop, database and 2 of other deployments");
        assertThat(OTHERS.described("production")).isEqualTo("2 of other deployments");
    }

    @Test
    void what_is_on_its_way_counts_if_it_may_end_there() {
        Instance ours =
                new Instance(
                        Optional.empty(), claim("prod/production.database/3/1"), Optional.empty());
        Instance theirs =
                new Instance(Optional.empty(), claim("staging/default.x/3/1"), Optional.empty());
        assertThat(bystanders(Set.of(NEIGHBOUR), ours)).isEqualTo(of(NEIGHBOUR));
        assertThat(bystanders(Set.of(), ours)).isEqualTo(Bystanders.NOBODY);
        assertThat(bystanders(Set.of(), theirs)).isEqualTo(new Bystanders(Set.of(), 1));
    }

    @Test
    void a_vm_without_a_claim_is_known_by_its_group_all_the_same() {
        Instance made = new Instance(Optional.of("n2"), Optional.empty(), Optional.of(NEIGHBOUR));
        assertThat(bystanders(Set.of(), made)).isEqualTo(of(NEIGHBOUR));
        Instance theirs =
                new Instance(
                        Optional.of("n2"), claim("staging/default.x/3/1"), Optional.of(NEIGHBOUR));
        assertThat(bystanders(Set.of(), theirs)).isEqualTo(new Bystanders(Set.of(), 1));
    }

    @Test
    void a_group_that_is_moving_there_counts_if_its_disks_are_on_the_nodes() {
        assertThat(moving(Set.of(NEIGHBOUR, GROUP), Set.of(NEIGHBOUR, GROUP)))
                .isEqualTo(of(NEIGHBOUR));
        assertThat(moving(Set.of(NEIGHBOUR), Set.of())).isEqualTo(Bystanders.NOBODY);
    }

    @Test
    void force_speaks_for_this_deployment_only() {
        Bystanders both = new Bystanders(Set.of(NEIGHBOUR), 1);
        assertThat(of(NEIGHBOUR).unlessForced(true).isEmpty()).isTrue();
        assertThat(of(NEIGHBOUR).unlessForced(false).isEmpty()).isFalse();
        assertThat(both.unlessForced(true).isEmpty()).isFalse();
    }

    // --- what is stored, then done ---

    @Test
    void what_is_taken_off_is_recorded_first() {
        Untainting next = next(BEGUN, TAINTED, replication, false);
        assertThat(next.removed()).containsExactly(TAINT.toString());
        assertThat(next.covers(TAINT)).isTrue();
        assertThat(next.waitsFor()).isEmpty();
        assertThat(next(next, TAINTED, replication, false)).isEqualTo(next);
    }

    @Test
    void nothing_is_taken_off_before_drbd_lets_the_group_itself_write() {
        for (Replication not :
                List.of(
                        replication(sourceReport(), with(targetReport(), s -> volume(s, lost()))),
                        replication(
                                sourceReport(),
                                with(targetReport(), s -> suspended(s, "no", true))),
                        replication(sourceReport(), silent()))) {
            Untainting next = next(BEGUN, TAINTED, not, true);
            assertThat(next.removed()).isEmpty();
            assertThat(next.waitsFor()).contains("may write there", TAINT.toString());
            assertThat(TaintSafety.ready(TAINTED, not, TARGET, NOW)).isEmpty();
        }
    }

    @Test
    void others_are_waited_for_by_name_and_passed_over_only_by_force_and_on_record() {
        Taints asked = TAINTED.answered(Optional.of(new Asked(NOW, of(NEIGHBOUR))));
        Untainting waits = next(BEGUN, asked, replication, false);
        assertThat(waits.waitsFor()).contains("other Protection Groups", "database");
        assertThat(waits.despite()).isEmpty();
        assertThat(TaintSafety.mayRemove(of(NEIGHBOUR), waits)).isFalse();

        Untainting forced = next(BEGUN, asked, replication, true);
        assertThat(forced.despite()).containsExactly("production/database");
        assertThat(forced.waitsFor()).isEmpty();
        assertThat(TaintSafety.mayRemove(of(NEIGHBOUR), forced)).isTrue();
        assertThat(TaintSafety.mayRemove(new Bystanders(Set.of(NEIGHBOUR, ELSEWHERE), 0), forced))
                .isFalse();
        assertThat(TaintSafety.mayRemove(new Bystanders(Set.of(NEIGHBOUR), 1), forced)).isFalse();
    }

    @Test
    void another_deployments_vms_are_never_passed_over() {
        Bystanders both = new Bystanders(Set.of(NEIGHBOUR), 1);
        Taints asked = TAINTED.answered(Optional.of(new Asked(NOW, both)));
        Untainting forced = next(BEGUN, asked, replication, true);
        assertThat(forced.despite()).isEmpty();
        assertThat(forced.waitsFor()).contains("database and 1 of other deployments");
        assertThat(TaintSafety.mayRemove(both, forced)).isFalse();
    }

    @Test
    void who_is_in_the_way_is_asked_again_after_a_while() {
        Taints asked = TAINTED.answered(Optional.of(new Asked(NOW, OTHERS)));
        assertThat(TaintSafety.asks(TAINTED, BEGUN, NOW)).isTrue();
        assertThat(TaintSafety.asks(asked, BEGUN, NOW.plusMillis(999))).isFalse();
        assertThat(TaintSafety.asks(asked, BEGUN, NOW.plusMillis(1000))).isTrue();
    }

    private static List<NodeTaint> inTheWay(Replication replication, SiteNode... nodes) {
        return TaintSafety.inTheWay(replication, TARGET, List.of(nodes), Set.of());
    }

    private static SiteNode node(String name, String... taints) {
        return new SiteNode(name, true, List.of(taints));
    }

    private static NodeReport on(String node, String resource) {
        NodeReport r = targetReport();
        return new NodeReport(
                r.cluster(), r.siteId(), node, named(node, resource), r.beat(), r.seenThrough());
    }

    private static DrbdResourceState named(String node, String resource) {
        var s = targetReport().state();
        return new DrbdResourceState(
                node,
                resource,
                s.incarnation(),
                s.sequence(),
                s.observedAt(),
                s.role(),
                s.suspended(),
                s.forceIoFailures(),
                s.mayPromote(),
                s.promotionScore(),
                s.volumes(),
                s.peers());
    }

    private static Volume lost() {
        return new Volume(0, Word.of(DiskState.UP_TO_DATE), false, false, 1L << 30, 0L);
    }

    private static NodeReport silent() {
        NodeReport r = targetReport();
        return new NodeReport(
                r.cluster(),
                r.siteId(),
                r.node(),
                r.state(),
                new Replication.Beat.Silent(),
                r.seenThrough());
    }

    private static Bystanders of(GroupId... groups) {
        return new Bystanders(Set.of(groups), 0);
    }

    private static Bystanders bystanders(Set<GroupId> carried, Instance... found) {
        return TaintSafety.bystanders(
                "prod", GROUP, Set.of("n2"), List.of(found), Set.of(), carried::contains);
    }

    private static Bystanders moving(Set<GroupId> underWay, Set<GroupId> carried) {
        return TaintSafety.bystanders(
                "prod", GROUP, Set.of("n2"), List.of(), underWay, carried::contains);
    }

    private static Instance instance(String node, String claim) {
        return new Instance(Optional.of(node), claim(claim), Optional.empty());
    }

    private static Optional<Claim> claim(String text) {
        return Claim.parse(text);
    }

    private static Untainting next(
            Untainting stored, Taints taints, Replication replication, boolean forced) {
        return TaintSafety.next(stored, taints, replication, TARGET, "production", forced, NOW);
    }

    /** The source's nodes are not the target's, whatever they are called. */
    @Test
    void the_sources_nodes_are_never_touched() {
        assertThat(TaintSafety.inTheWay(replication, SOURCE, List.of(node("n2", LOST)), Set.of()))
                .isEmpty();
    }
}
