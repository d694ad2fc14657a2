package io.siterecovery.failover.core.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.failover.core.definition.DefinitionPair.Named;
import io.siterecovery.failover.core.definition.DefinitionPair.Stamp;
import io.siterecovery.failover.core.definition.DefinitionPair.Way;
import io.siterecovery.failover.core.definition.DefinitionPolicy.Step;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.model.definition.DefinitionCopy;
import io.siterecovery.model.definition.DefinitionCopy.Adaptation;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DefinitionPolicyTest {

    private static final Way WAY = new Way(new ClusterId("here"), new ClusterId("there"));
    private static final Claim CLAIM = new Claim("prod", "shop.web", 4, 2);

    private static final String VM =
            """
            metadata: {name: web, namespace: shop, uid: u1, resourceVersion: "7"}
            spec: {runStrategy: Always, template: {spec: {domain: {memory: {guest: 4Gi}}}}}
            """;

    private static final String VOLUME =
            """
            metadata: {name: pvc-1, uid: u1, resourceVersion: "7"}
            spec:
              persistentVolumeReclaimPolicy: Retain
              claimRef: {namespace: shop, name: web-disk, uid: c1}
              csi: {driver: linstor.csi.linbit.com, volumeHandle: pvc-1}
            """;

    private final DefinitionPolicy mending =
            new DefinitionPolicy(WAY, CLAIM, true, Adaptation.NONE);
    private final DefinitionPolicy reporting =
            new DefinitionPolicy(WAY, CLAIM, false, Adaptation.NONE);

    @Test
    void what_is_missing_is_made_halted_and_under_our_claim() throws Exception {
        Step step = step(mending, ResourceKind.VIRTUAL_MACHINE, VM, null);
        assertThat(step).isInstanceOf(Step.Create.class);
        ObjectNode copy = ((Step.Create) step).copy();
        assertThat(copy.at("/spec/runStrategy").asText()).isEqualTo("Halted");
        assertThat(copy.at("/metadata/annotations/siterecovery.trilio.io~1claim").asText())
                .isEqualTo("prod/shop.web/4/2");
        assertThat(copy.at("/metadata/annotations/siterecovery.trilio.io~1copy-of").asText())
                .isEqualTo("u1");
    }

    @Test
    void what_says_the_same_is_left_alone_whoever_made_it_and_whether_it_runs() throws Exception {
        ObjectNode found = (ObjectNode) yaml(VM);
        found.withObject("/metadata").put("uid", "u2");
        assertThat(step(mending, ResourceKind.VIRTUAL_MACHINE, VM, found))
                .isInstanceOf(Step.Nothing.class);
    }

    @Test
    void drift_of_a_copy_is_mended_by_path_and_never_its_power() throws Exception {
        Step step = step(mending, ResourceKind.VIRTUAL_MACHINE, VM, drifted("copy-of", "u1"));
        assertThat(step)
                .isInstanceOfSatisfying(
                        Step.Mend.class,
                        mend -> {
                            assertThat(mend.differences())
                                    .containsExactly(
                                            "spec.template.spec.domain.memory.guest is 2Gi and"
                                                    + " should be 4Gi");
                            assertThat(mend.patch())
                                    .hasToString(
                                            "{\"spec\":{\"template\":{\"spec\":{\"domain\":{\"memory\":"
                                                    + "{\"guest\":\"4Gi\"}}}}},\"metadata\":"
                                                    + "{\"resourceVersion\":\"9\"}}");
                        });
    }

    @Test
    void drift_is_only_told_where_the_group_wishes_so() throws Exception {
        assertThat(told(reporting, ResourceKind.VIRTUAL_MACHINE, VM, drifted("copy-of", "u1")))
                .isInstanceOf(Finding.Drifted.class);
    }

    @Test
    void what_is_not_ours_is_a_conflict_until_somebody_gives_it_to_us() throws Exception {
        assertThat(told(mending, ResourceKind.VIRTUAL_MACHINE, VM, drifted("backup", "daily")))
                .isInstanceOf(Finding.Conflict.class);
        assertThat(step(mending, ResourceKind.VIRTUAL_MACHINE, VM, drifted("adopt", "true")))
                .isInstanceOf(Step.Mend.class);
    }

    @Test
    void the_original_follows_the_copy_once_the_copy_is_what_runs() throws Exception {
        ObjectNode copy = (ObjectNode) yaml(VM);
        copy.withObject("/metadata/annotations").put("siterecovery.trilio.io/copy-of", "u9");
        ObjectNode original = drifted("backup", "daily");
        original.withObject("/metadata").put("uid", "u9");
        assertThat(
                        mending.step(
                                pair(ResourceKind.VIRTUAL_MACHINE),
                                Optional.of(copy),
                                Optional.of(original),
                                Optional.empty()))
                .isInstanceOf(Step.Mend.class);
    }

    @Test
    void nothing_under_a_later_claim_is_touched_and_another_groups_is_told() throws Exception {
        ObjectNode later = drifted("copy-of", "u1");
        later.withObject("/metadata/annotations")
                .put("siterecovery.trilio.io/claim", "prod/shop.web/5/1");
        assertThat(step(mending, ResourceKind.VIRTUAL_MACHINE, VM, later))
                .isInstanceOf(Step.Nothing.class);
        later.withObject("/metadata/annotations")
                .put("siterecovery.trilio.io/claim", "prod/shop.other/1/1");
        assertThat(told(mending, ResourceKind.VIRTUAL_MACHINE, VM, later))
                .isInstanceOfSatisfying(
                        Finding.Conflict.class,
                        conflict -> assertThat(conflict.prevents()).isTrue());
    }

    @Test
    void what_its_cluster_makes_of_our_write_is_accepted_and_told() throws Exception {
        ObjectNode found = drifted("copy-of", "u1");
        String digest = DefinitionCopy.digest(ResourceKind.VIRTUAL_MACHINE, found);
        Step step =
                mending.step(
                        pair(ResourceKind.VIRTUAL_MACHINE),
                        Optional.of(yaml(VM)),
                        Optional.of(found),
                        Optional.of(digest));
        assertThat(step)
                .isInstanceOfSatisfying(
                        Step.Tell.class,
                        tell -> assertThat(tell.finding()).isInstanceOf(Finding.Adapted.class));
    }

    @Test
    void data_is_retained_at_its_source_before_it_is_named_elsewhere() throws Exception {
        String deleting = VOLUME.replace("Retain", "Delete");
        assertThat(step(mending, ResourceKind.PERSISTENT_VOLUME, deleting, null))
                .isInstanceOfSatisfying(
                        Step.Retain.class,
                        retain ->
                                assertThat(retain.patch())
                                        .hasToString(
                                                "{\"metadata\":{\"resourceVersion\":\"7\"},\"spec\":"
                                                        + "{\"persistentVolumeReclaimPolicy\":\"Retain\"}}"));
    }

    @Test
    void a_volume_of_that_name_with_other_data_is_never_changed() throws Exception {
        ObjectNode other =
                (ObjectNode) yaml(VOLUME.replace("volumeHandle: pvc-1", "volumeHandle: x"));
        other.withObject("/metadata/annotations").put("siterecovery.trilio.io/copy-of", "u1");
        Finding finding = told(mending, ResourceKind.PERSISTENT_VOLUME, VOLUME, other);
        assertThat(finding).isInstanceOf(Finding.Conflict.class);
        assertThat(finding.prevents()).isTrue();
    }

    @Test
    void a_storage_class_has_its_name_of_the_other_site() throws Exception {
        DefinitionPolicy policy =
                new DefinitionPolicy(WAY, CLAIM, true, new Adaptation(Map.of("a", "b"), Map.of()));
        String claim = "{metadata: {name: d, namespace: shop}, spec: {storageClassName: a}}";
        assertThat(step(policy, ResourceKind.PERSISTENT_VOLUME_CLAIM, claim, null))
                .isInstanceOfSatisfying(
                        Step.Create.class,
                        create ->
                                assertThat(create.copy().at("/spec/storageClassName").asText())
                                        .isEqualTo("b"));
    }

    @Test
    void what_cannot_be_copied_is_told_by_name() throws Exception {
        assertThat(Findings.described(told(mending, ResourceKind.SECRET, null, null)))
                .isEqualTo("Secret web does not exist on here");
        String token =
                "{metadata: {name: t, namespace: shop}, type: kubernetes.io/service-account-token}";
        assertThat(Findings.described(told(mending, ResourceKind.SECRET, token, null)))
                .isEqualTo(
                        "Secret web is not copied: it holds a token of the cluster it was made by");
        assertThat(
                        Findings.described(
                                told(mending, ResourceKind.SECRET, null, drifted("copy-of", "u"))))
                .isEqualTo("Secret web is gone on here; the one on there is kept");
    }

    private static ObjectNode drifted(String annotation, String value)
            throws JsonProcessingException {
        ObjectNode found = (ObjectNode) yaml(VM.replace("4Gi", "2Gi"));
        found.withObject("/metadata").put("uid", "u2").put("resourceVersion", "9");
        found.withObject("/metadata/annotations")
                .put("siterecovery.trilio.io/" + annotation, value);
        return found;
    }

    private static Finding told(
            DefinitionPolicy policy,
            ResourceKind kind,
            @Nullable String source,
            @Nullable JsonNode found)
            throws JsonProcessingException {
        Step step = step(policy, kind, source, found);
        assertThat(step).isInstanceOf(Step.Tell.class);
        return ((Step.Tell) step).finding();
    }

    private static Step step(
            DefinitionPolicy policy,
            ResourceKind kind,
            @Nullable String source,
            @Nullable JsonNode found)
            throws JsonProcessingException {
        return policy.step(
                pair(kind),
                source == null ? Optional.empty() : Optional.of(yaml(source)),
                Optional.ofNullable(found),
                Optional.empty());
    }

    private static DefinitionPair pair(ResourceKind kind) {
        return new DefinitionPair(
                new Named(kind, "shop", "web"), "web", false, new Stamp("a"), new Stamp("b"));
    }

    private static JsonNode yaml(String text) throws JsonProcessingException {
        return new YAMLMapper().readTree(text);
    }
}
