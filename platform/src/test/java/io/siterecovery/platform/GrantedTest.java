package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siterecovery.model.ApiGroups;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantedTest {

    @Test
    void what_is_not_said_is_not_limited() {
        assertThat(Granted.read(null)).isEqualTo(Granted.WITHOUT_LIMITS);
        assertThat(Granted.read(Map.of()).limited()).isFalse();
    }

    @Test
    void what_is_said_holds() {
        Granted granted =
                Granted.read(
                        Map.of(
                                ApiGroups.LIMITS, "{\"groups\": 3, \"failoversAtOnce\": 1}",
                                ApiGroups.ALLOWED_CIDRS, "10.0.0.0/8, fd00::/8"));
        assertThat(granted.groups()).hasValue(3);
        assertThat(granted.virtualMachines()).isEmpty();
        assertThat(granted.failoversAtOnce()).hasValue(1);
        assertThat(granted.allowed()).hasSize(2);
        assertThat(granted.limited()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "3", "{", "{\"groups\": -1}", "{\"groups\": \"3\"}", "null"})
    void limits_that_cannot_be_read_are_told_by_their_annotation(String text) {
        assertThatThrownBy(() -> Granted.read(Map.of(ApiGroups.LIMITS, text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(ApiGroups.LIMITS);
    }

    @Test
    void ranges_that_cannot_be_read_are_told_by_their_annotation() {
        assertThatThrownBy(() -> Granted.read(Map.of(ApiGroups.ALLOWED_CIDRS, "everywhere")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(ApiGroups.ALLOWED_CIDRS);
    }
}
