package io.siterecovery.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentEnvironmentTest {

    private static final Map<String, String> LEAST =
            Map.of(
                    "NODE_NAME", "n1",
                    "CLUSTER_NAME", "primary",
                    "SITE_ID", "0123456789ab",
                    "KAFKA_BOOTSTRAP_SERVERS", "kafka:9093",
                    "KAFKA_USERNAME", "site-0123456789ab",
                    "KAFKA_PASSWORD", "a\"b");

    @Test
    void the_least_is_enough_and_the_rest_has_defaults() throws Exception {
        AgentConfig config = AgentEnvironment.read(LEAST);
        assertThat(config.node()).isEqualTo("n1");
        assertThat(config.drbdsetup()).containsExactly("drbdsetup");
        assertThat(config.beatInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.kafka())
                .containsEntry("security.protocol", "SASL_SSL")
                .hasEntrySatisfying(
                        "sasl.jaas.config",
                        jaas -> assertThat(jaas).contains("password=\"a\\\"b\""));
    }

    @Test
    void every_missing_setting_is_named_at_once() {
        assertThatThrownBy(() -> AgentEnvironment.read(Map.of("BEAT_INTERVAL", "soon")))
                .isInstanceOf(AgentEnvironment.Refused.class)
                .hasMessageContainingAll(
                        "NODE_NAME",
                        "CLUSTER_NAME",
                        "SITE_ID",
                        "KAFKA_BOOTSTRAP_SERVERS",
                        "KAFKA_USERNAME",
                        "KAFKA_PASSWORD",
                        "BEAT_INTERVAL");
    }

    @Test
    void the_child_and_the_intervals_can_be_set() throws Exception {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("DRBDSETUP", "nsenter -t 1 drbdsetup");
        environment.put("STATISTICS_INTERVAL", "0.5");
        AgentConfig config = AgentEnvironment.read(environment);
        assertThat(config.drbdsetup()).containsExactly("nsenter", "-t", "1", "drbdsetup");
        assertThat(config.statisticsInterval()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void the_password_is_never_printed() throws Exception {
        assertThat(AgentEnvironment.read(LEAST).toString()).doesNotContain("a\"b");
    }
}
