package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {

    private static final Map<String, String> LEAST =
            Map.of(
                    "SITE_RECOVERY_QUORUM_KUBECONFIG", "/q",
                    "SITE_RECOVERY_KAFKA_BOOTSTRAP_SERVERS", "b:9092");

    @TempDir Path dir;

    @Test
    void what_is_not_said_is_the_default() throws Exception {
        Configuration read = Configuration.load(LEAST);
        assertThat(read.quorumKubeconfig()).isEqualTo(Path.of("/q"));
        assertThat(read.kafka().securityProtocol()).isEqualTo("SASL_SSL");
        assertThat(read.kafka().deliveryTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(read.httpPort()).isEqualTo(8080);
        assertThat(read.kubernetesDeadline()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void the_environment_wins_over_the_file() throws Exception {
        Path file =
                Files.writeString(
                        dir.resolve("c.properties"),
                        "quorum.kubeconfig=/f\nkafka.bootstrap.servers=f:1\nhttp.port=1\n");
        Map<String, String> environment =
                Map.of("SITE_RECOVERY_HTTP_PORT", "0", Configuration.CONFIG_FILE, file.toString());
        Configuration read = Configuration.load(environment);
        assertThat(read.quorumKubeconfig()).isEqualTo(Path.of("/f"));
        assertThat(read.httpPort()).isZero();
    }

    @Test
    void all_faults_are_named_at_once() {
        Map<String, String> environment = new HashMap<>();
        environment.put("SITE_RECOVERY_HTTP_PORT", "70000");
        environment.put("SITE_RECOVERY_KUBERNETES_DEADLINE_MS", "soon");
        environment.put("SITE_RECOVERY_KAFKA_SECURITY_PROTOCOL", "none");
        assertThatThrownBy(() -> Configuration.load(environment))
                .isInstanceOf(Configuration.Faulty.class)
                .hasMessageContaining("SITE_RECOVERY_QUORUM_KUBECONFIG is required")
                .hasMessageContaining("SITE_RECOVERY_KAFKA_BOOTSTRAP_SERVERS is required")
                .hasMessageContaining("SITE_RECOVERY_HTTP_PORT must be a number from 0 to 65535")
                .hasMessageContaining("SITE_RECOVERY_KUBERNETES_DEADLINE_MS")
                .hasMessageContaining("SITE_RECOVERY_KAFKA_SECURITY_PROTOCOL must be one of");
    }

    @Test
    void a_misspelt_setting_in_the_file_is_refused_by_name() throws Exception {
        Path file = Files.writeString(dir.resolve("c.properties"), "http.prot=1\n");
        assertThatThrownBy(() -> Configuration.load(LEAST, file))
                .hasMessageContaining("unknown setting http.prot");
    }

    @Test
    void the_password_is_not_printed() throws Exception {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("SITE_RECOVERY_KAFKA_PASSWORD", "s3cr3t");
        assertThat(Configuration.load(environment).toString()).doesNotContain("s3cr3t");
    }

    @Test
    void the_table_of_the_readme_is_the_settings() throws IOException {
        StringBuilder table =
                new StringBuilder(
                        "| variable | property | default | meaning |\n|---|---|---|---|\n");
        for (Setting setting : Setting.values()) {
            String value = setting.defaultValue();
            String shown = value == null ? "required" : value.isEmpty() ? "" : "`" + value + "`";
            table.append(
                    "| `%s` | `%s` | %s | %s |\n"
                            .formatted(
                                    setting.environmentVariable(),
                                    setting.property(),
                                    shown,
                                    setting.description()));
        }
        List<Path> places = List.of(Path.of("README.md"), Path.of("platform", "README.md"));
        Path readme = places.stream().filter(Files::exists).findFirst().orElseThrow();
        assertThat(Files.readString(readme)).contains(table);
    }
}
