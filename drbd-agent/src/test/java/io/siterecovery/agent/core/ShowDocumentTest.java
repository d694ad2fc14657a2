package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DrbdResourceState.Options;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShowDocumentTest {

    @Test
    void what_is_printed_is_taken() {
        ResourceOptions r0 =
                read(
                        "\"quorum\": \"majority\", \"on-no-quorum\": \"io-error\"",
                        "\"protocol\": \"A\", \"allow-two-primaries\": true,",
                        true);
        assertThat(r0.resource()).isEqualTo(new Options("majority", "io-error"));
        assertThat(r0.peers()).isEqualTo(Map.of(1, new ResourceOptions.Peer("A", true)));
    }

    @Test
    void quorum_may_be_a_number_of_nodes() {
        assertThat(read("\"quorum\": 2", "", true).resource().quorum()).isEqualTo("2");
        assertThat(read("\"quorum\": \"3\"", "", true).resource().quorum()).isEqualTo("3");
    }

    @Test
    void what_old_utils_leave_out_has_its_default() {
        ResourceOptions r0 = read("", "", false);
        assertThat(r0.resource().quorum()).isEqualTo("off");
        assertThat(r0.peer(1)).isEqualTo(new ResourceOptions.Peer("C", false));
    }

    @Test
    void what_new_utils_do_not_print_is_not_known() {
        ResourceOptions r0 = read("", "", true);
        assertThat(r0.resource().quorum()).isNull();
        assertThat(r0.peer(1)).isEqualTo(new ResourceOptions.Peer(null, null));
        assertThat(r0.peer(7)).isEqualTo(new ResourceOptions.Peer(null, null));
    }

    @Test
    void nothing_configured_is_no_resource() {
        assertThat(ShowDocument.read("[\n]\n", true)).contains(Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "drbdsetup: unrecognized option", "[{\"resource\": "})
    void what_is_no_such_document_says_nothing(String text) {
        assertThat(ShowDocument.read(text, true)).isEmpty();
    }

    @Test
    void odd_values_are_not_known() {
        ResourceOptions r0 =
                read("\"quorum\": [1]", "\"protocol\": {}, \"allow-two-primaries\": 7,", true);
        assertThat(r0.resource().quorum()).isNull();
        assertThat(r0.peer(1)).isEqualTo(new ResourceOptions.Peer(null, null));
    }

    private static ResourceOptions read(String options, String net, boolean printsDefaults) {
        String document =
                """
                [
                {
                    "resource": "r0",
                    "options": { %s },
                    "_this_host": { "node-id": 0 },
                    "connections": [
                        { "_peer_node_id": 1, "net": { %s "_name": "bravo" } }
                    ]
                }
                ]
                """
                        .formatted(options, net);
        return Objects.requireNonNull(
                ShowDocument.read(document, printsDefaults).orElseThrow().get("r0"));
    }
}
