package io.siterecovery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeObjectTest {

    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void a_node_without_taints_is_closed_with_one_of_ours() throws JsonProcessingException {
        NodeObject node = node("{}", "{}");
        assertPatch(
                node.patch(true, Optional.empty(), Set.of()),
                """
                [{"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
                 {"op": "add", "path": "/spec/taints", "value":
                    [{"key": "siterecovery.trilio.io/not-ready", "effect": "NoSchedule"}]}]
                """);
    }

    @Test
    void taints_of_others_stay_as_they_are() throws JsonProcessingException {
        NodeObject node =
                node(
                        "{}",
                        """
                        {"taints": [
                          {"key": "drbd.linbit.com/lost-quorum", "effect": "NoSchedule",
                           "timeAdded": "2026-11-20T22:50:00Z"},
                          {"key": "siterecovery.trilio.io/not-ready", "effect": "NoSchedule"},
                          {"key": "siterecovery.trilio.io/not-ready", "effect": "NoExecute",
                           "value": "by hand"}]}
                        """);
        assertThat(node.tainted()).isTrue();
        assertPatch(
                node.patch(false, Optional.empty(), Set.of()),
                """
                [{"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
                 {"op": "add", "path": "/spec/taints", "value": [
                    {"key": "drbd.linbit.com/lost-quorum", "effect": "NoSchedule",
                     "timeAdded": "2026-11-20T22:50:00Z"},
                    {"key": "siterecovery.trilio.io/not-ready", "effect": "NoExecute",
                     "value": "by hand"}]}]
                """);
    }

    @Test
    void what_is_so_already_is_not_written() throws JsonProcessingException {
        NodeObject node =
                node(
                        "{\"annotations\": {\"siterecovery.trilio.io/drbd-primaries\": \"r0\"}}",
                        "{}");
        assertThat(node.patch(false, Optional.of(Set.of("r0")), Set.of())).isEmpty();
        assertThat(node.patch(false, Optional.empty(), Set.of())).isEmpty();
    }

    @Test
    void the_memory_is_an_annotation_beside_those_of_others() throws JsonProcessingException {
        NodeObject node = node("{\"annotations\": {\"a\": \"b\"}}", "{}");
        assertPatch(
                node.patch(false, Optional.of(Set.of("r0")), Set.of()),
                """
                [{"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
                 {"op": "add", "path": "/metadata/annotations", "value":
                    {"a": "b", "siterecovery.trilio.io/drbd-primaries": "r0"}}]
                """);
    }

    @Test
    void a_release_is_read_and_cleared_once_it_means_nothing_any_more()
            throws JsonProcessingException {
        NodeObject node =
                node(
                        """
                        {"annotations": {
                          "siterecovery.trilio.io/drbd-primaries": "r0, r1,",
                          "siterecovery.trilio.io/drbd-release": "r0,r7"}}
                        """,
                        "{}");
        assertThat(node.primaries()).containsExactly("r0", "r1");
        assertThat(node.released()).containsExactly("r0", "r7");
        assertPatch(
                node.patch(false, Optional.of(Set.of()), Set.of("r0")),
                """
                [{"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
                 {"op": "add", "path": "/metadata/annotations", "value":
                    {"siterecovery.trilio.io/drbd-release": "r0"}}]
                """);
    }

    private static NodeObject node(String metadata, String spec) throws JsonProcessingException {
        var json = JSON.createObjectNode();
        json.set("metadata", JSON.readTree(metadata));
        json.withObject("metadata").put("resourceVersion", "7");
        json.set("spec", JSON.readTree(spec));
        return new NodeObject(json);
    }

    private static void assertPatch(Optional<?> patch, String expected)
            throws JsonProcessingException {
        assertThat(patch.isPresent()).isTrue();
        assertThat((Object) patch.get()).isEqualTo(JSON.readTree(expected));
    }
}
