package io.siterecovery.failover.core.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementTest {

    static Stream<Arguments> spellings() {
        return Stream.of(
                Arguments.of(Map.of(), 1),
                Arguments.of(Map.of("placementCount", "3"), 3),
                Arguments.of(Map.of("PLACEMENTCOUNT", "2"), 2),
                Arguments.of(Map.of("autoPlace", "2"), 2),
                Arguments.of(Map.of("linstor.csi.linbit.com/autoPlace", "2"), 2),
                Arguments.of(Map.of("placementCount", ""), 1),
                Arguments.of(Map.of("placementCount", "two"), 0),
                Arguments.of(Map.of("nodeList", "a b c", "placementCount", "1"), 3));
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void counts_replicas_in_every_spelling(Map<String, String> parameters, int count) {
        assertThat(new Placement(parameters).count()).isEqualTo(count);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void a_layer_list_without_drbd_replicates_nothing(String layers, boolean replicated) {
        assertThat(new Placement(Map.of("layerList", layers)).isReplicated()).isEqualTo(replicated);
    }

    static Stream<Arguments> layers() {
        return Stream.of(
                Arguments.of("drbd storage", true),
                Arguments.of("DRBD luks storage", true),
                Arguments.of("storage", false));
    }
}
