package io.siterecovery.sandbox.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static final Path DOCUMENTED =
            Path.of("../resource-model/src/test/resources/manifests");

    @Test
    void default_group_and_failover_are_the_documented_ones() throws IOException {
        Plan plan = Plan.of(options(0, 3));
        assertThat(yaml(plan.groups().getFirst().manifest()))
                .isEqualTo(documented("production-app.yaml"));
        assertThat(yaml(plan.move().manifest()))
                .isEqualTo(documented("production-app-failover-2025.yaml"));
    }

    @Test
    void every_group_has_its_machines_and_the_first_of_the_wanted_is_moved() {
        QuickstartOptions options = options(2, 4);
        Plan plan = Plan.of(options);
        List<Machine> machines = Plan.machines(options);
        for (Plan.Group group : plan.groups()) {
            for (String name : group.machines()) {
                assertThat(machines)
                        .filteredOn(
                                m ->
                                        m.namespace().equals(group.namespace())
                                                && m.name().equals(name))
                        .hasSize(1);
            }
        }
        assertThat(plan.groups()).hasSize(4);
        assertThat(plan.move().group().name()).isEqualTo("group-1");
        assertThat(plan.move().group().machines()).hasSize(4);
    }

    @Test
    void half_of_the_machines_are_powered_by_run_strategy() {
        assertThat(Machine.documented()).filteredOn(Machine::runStrategy).hasSize(7);
        assertThat(Machine.documented()).doesNotHaveDuplicates().hasSize(15);
    }

    private static QuickstartOptions options(int groups, int vms) {
        return new QuickstartOptions(
                Optional.empty(), groups, vms, Duration.ZERO, Duration.ZERO, Path.of("x"), true);
    }

    private static JsonNode documented(String name) throws IOException {
        return new YAMLMapper().readTree(DOCUMENTED.resolve(name).toFile());
    }

    private static JsonNode yaml(String text) throws IOException {
        return new YAMLMapper().readTree(text);
    }
}
