package io.siterecovery.tenants.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.model.ProtectionZoneStatus;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.tenants.core.ZoneProgress.News;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeploymentTest {

    private static final String MARKER = "marker-of-a-secret";
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final DeploymentOrder order =
            ResourceJson.read(
                    "",
                    json(
                            """
                            {"name": "prod", "isolation": "dedicated", "allowedCidrs": ["10.0.0.0/8"],
                             "limits": {"groups": 3},
                             "clusters": {"primary": {"name": "east", "kubeconfig": "%1$s"},
                                          "dr": {"name": "west", "kubeconfig": "%1$s"}}}
                            """
                                    .formatted(MARKER)),
                    DeploymentOrder.class);

    @Test
    void an_order_shows_no_credential_wherever_it_is_shown() {
        assertThat(order.toString()).doesNotContain(MARKER);
        assertThat(
                        DeploymentView.of(
                                        "prod",
                                        Optional.empty(),
                                        Optional.of(order),
                                        Terms.of(order))
                                .toString())
                .doesNotContain(MARKER)
                .contains("Provisioning", "east", "west");
        assertThat(ResourceJson.write(order.zone(Map.of())).toString()).doesNotContain(MARKER);
    }

    @Test
    void terms_are_read_from_the_namespace_as_they_were_granted() {
        JsonNode namespace = Manifests.namespace("prod", Terms.of(order)).object();
        Terms read =
                Terms.read(
                        texts(namespace.at("/metadata/labels")),
                        texts(namespace.at("/metadata/annotations")));
        assertThat(read).isEqualTo(Terms.of(order));
        assertThat(read.limits().virtualMachines()).isEqualTo(Limits.VIRTUAL_MACHINES);
    }

    @Test
    void what_nobody_granted_is_the_default() {
        assertThat(Terms.read(null, null)).isEqualTo(Terms.STRICTEST);
        assertThat(Terms.read(Map.of(), Map.of("siterecovery.trilio.io/limits", "{")))
                .isEqualTo(Terms.STRICTEST);
    }

    @Test
    void a_group_that_is_elsewhere_and_an_operation_that_runs_stand_in_the_way_of_a_removal() {
        assertThat(
                        Removal.blockers(
                                List.of(
                                        json(
                                                """
                                                {"spec": {"namespace": "a", "group": "home", "holder": {"at": "east"}}}"""),
                                        json(
                                                """
                                                {"spec": {"namespace": "a", "group": "away", "holder": {"at": "west"}}}"""),
                                        json(
                                                """
                                                {"spec": {"namespace": "a", "group": "new", "holder": {"unclaimed": true}}}"""),
                                        json(
                                                """
                                                {"spec": {"namespace": "a", "group": "between",
                                                          "holder": {"moving": {"from": "east", "to": "west"}}}}""")),
                                List.of(
                                        json(
                                                """
                                                {"metadata": {"name": "f1"}, "status": {"status": "InProgress"}}"""),
                                        json(
                                                """
                                                {"metadata": {"name": "f2"}, "status": {"status": "Completed"}}""")),
                                "east"))
                .containsExactly(
                        "group a/away is failed over to west",
                        "group a/between is being moved",
                        "Failover f1 is under way");
    }

    @Test
    void the_same_news_again_changes_nothing() {
        ProtectionZoneStatus none = new ProtectionZoneStatus(null, null, null, null);
        List<News> news = List.of(new News("Provisioned", true, "Made", "it is there"));
        ProtectionZoneStatus first = ZoneProgress.with(none, "Observing", news, 1, NOW);
        assertThat(ZoneProgress.with(first, "Observing", news, 1, NOW.plusSeconds(60)))
                .isEqualTo(first);
    }

    @Test
    void one_that_was_active_stays_so() {
        ProtectionZoneStatus active = new ProtectionZoneStatus(1L, "Active", null, null);
        assertThat(ZoneProgress.phase(active, false)).isEqualTo("Active");
        assertThat(ZoneProgress.phase(new ProtectionZoneStatus(1L, "Observing", null, null), false))
                .isEqualTo("Observing");
    }

    private static Map<String, String> texts(JsonNode object) {
        return new ObjectMapper()
                .convertValue(
                        object,
                        new com.fasterxml.jackson.core.type.TypeReference<
                                Map<String, String>>() {});
    }

    private static JsonNode json(String text) {
        try {
            return ResourceJson.mapper().readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
