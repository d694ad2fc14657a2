package io.siterecovery.watchers.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.cluster.NodeFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import io.siterecovery.watchers.core.ClusterFacts.Change;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterFactsTest {

    private static final ObjectMeta META =
            new ObjectMeta("u", "1", 0, Instant.EPOCH, null, Map.of());

    private final ClusterFacts facts = new ClusterFacts("ours"::equals);

    @Test
    void namespaced_objects_are_ours_by_their_namespace() {
        var claim = new PersistentVolumeClaimFact(META, null, null, "", null, null);
        assertThat(facts.observed(WatchedKind.PERSISTENT_VOLUME_CLAIM, "ours", "c", claim))
                .containsExactly(
                        new Change(WatchedKind.PERSISTENT_VOLUME_CLAIM, "ours", "c", claim));
        assertThat(facts.observed(WatchedKind.PERSISTENT_VOLUME_CLAIM, "theirs", "c", claim))
                .isEmpty();
    }

    @Test
    void nodes_are_everybodys() {
        var node = new NodeFact(META, true, false, List.of());
        assertThat(facts.observed(WatchedKind.NODE, "", "n", node))
                .containsExactly(new Change(WatchedKind.NODE, "", "n", node));
    }

    @Test
    void a_volume_is_ours_by_its_claim() {
        assertThat(see("a", "ours")).containsExactly(volumeChange("a", volume("ours")));
        assertThat(see("b", "theirs")).containsExactly(volumeChange("b", null));
        assertThat(see("c", null)).containsExactly(volumeChange("c", null));
    }

    @Test
    void an_attachment_seen_before_its_volume_is_told_with_it() {
        assertThat(attach("at", "v")).containsExactly(attachmentChange("at", null));
        assertThat(see("v", "ours"))
                .containsExactly(
                        volumeChange("v", volume("ours")), attachmentChange("at", attachment("v")));
    }

    @Test
    void a_volume_that_changes_hands_takes_its_attachments_along() {
        see("v", "ours");
        attach("at", "v");
        assertThat(see("v", "theirs"))
                .containsExactly(volumeChange("v", null), attachmentChange("at", null));
    }

    @Test
    void an_attachment_stays_ours_when_its_volume_is_gone() {
        see("v", "ours");
        attach("at", "v");
        assertThat(facts.vanished(WatchedKind.PERSISTENT_VOLUME, "", "v"))
                .containsExactly(volumeChange("v", null));
        assertThat(attach("at", "v")).containsExactly(attachmentChange("at", attachment("v")));
        assertThat(facts.vanished(WatchedKind.VOLUME_ATTACHMENT, "", "at"))
                .containsExactly(attachmentChange("at", null));
        assertThat(attach("at", "v")).containsExactly(attachmentChange("at", null));
    }

    @Test
    void a_volume_that_comes_back_is_judged_anew() {
        see("v", "ours");
        attach("at", "v");
        facts.vanished(WatchedKind.PERSISTENT_VOLUME, "", "v");
        assertThat(see("v", "theirs"))
                .containsExactly(volumeChange("v", null), attachmentChange("at", null));
    }

    private List<Change> see(String name, @Nullable String claimNamespace) {
        return facts.observed(WatchedKind.PERSISTENT_VOLUME, "", name, volume(claimNamespace));
    }

    private List<Change> attach(String name, String volume) {
        return facts.observed(WatchedKind.VOLUME_ATTACHMENT, "", name, attachment(volume));
    }

    private static Change volumeChange(String name, @Nullable PersistentVolumeFact fact) {
        return new Change(WatchedKind.PERSISTENT_VOLUME, "", name, fact);
    }

    private static Change attachmentChange(String name, @Nullable VolumeAttachmentFact fact) {
        return new Change(WatchedKind.VOLUME_ATTACHMENT, "", name, fact);
    }

    private static PersistentVolumeFact volume(@Nullable String claimNamespace) {
        return new PersistentVolumeFact(META, "d", "h", claimNamespace, "c", "Bound", null);
    }

    private static VolumeAttachmentFact attachment(String volume) {
        return new VolumeAttachmentFact(META, volume, "n", true);
    }
}
