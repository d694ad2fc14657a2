package io.siterecovery.tests.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.watchers.core.WatchedKind;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ClusterRoles in deploy/. That they are enough is seen end to end, where the control plane has
 * no others; here, that they are not more than is known to be needed.
 */
class RightsTest {

    private static final String QUORUM = "rbac-quorum.yaml";
    private static final String WORKLOAD = "rbac-workload.yaml";
    private static final Set<String> VERBS =
            Set.of("get", "list", "watch", "create", "patch", "delete");

    @Test
    void what_is_watched_may_be_listed_and_watched() throws Exception {
        for (WatchedKind kind : WatchedKind.ofWorkloadCluster()) {
            assertThat(verbs(WORKLOAD, kind.resource())).as(kind.name()).contains("list", "watch");
        }
        for (WatchedKind kind : WatchedKind.ofQuorumCluster()) {
            assertThat(verbs(QUORUM, kind.resource())).as(kind.name()).contains("list", "watch");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {QUORUM, WORKLOAD})
    void nothing_is_granted_but_verbs_of_ours_on_kinds_of_ours(String file) throws Exception {
        Set<String> known = kinds();
        rights(file)
                .forEach(
                        (resource, verbs) -> {
                            assertThat(known).contains(resource.replaceFirst("/status$", ""));
                            assertThat(VERBS).as(resource).containsAll(verbs);
                        });
    }

    @Test
    void what_runs_may_only_be_looked_at() throws Exception {
        for (ResourceKind kind :
                List.of(
                        ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                        ResourceKind.POD,
                        ResourceKind.STORAGE_CLASS,
                        ResourceKind.VOLUME_ATTACHMENT)) {
            assertThat(verbs(WORKLOAD, kind)).as(kind.kind()).containsOnly("list", "watch");
        }
    }

    @Test
    void on_the_quorum_cluster_no_secret_but_the_kubeconfigs_is_read() throws Exception {
        assertThat(verbs(QUORUM, ResourceKind.SECRET)).containsExactly("get");
        assertThat(rules(QUORUM))
                .filteredOn(rule -> words(rule, "resources").contains("secrets"))
                .allMatch(
                        rule ->
                                words(rule, "resourceNames")
                                        .equals(List.of("primary-kubeconfig", "dr-kubeconfig")));
    }

    private static Set<String> verbs(String file, ResourceKind kind) throws Exception {
        return rights(file).getOrDefault(key(kind.group(), kind.plural()), Set.of());
    }

    /** Verbs by {@code group/resource}. */
    private static Map<String, Set<String>> rights(String file) throws Exception {
        Map<String, Set<String>> rights = new TreeMap<>();
        for (JsonNode rule : rules(file)) {
            for (String group : words(rule, "apiGroups")) {
                for (String resource : words(rule, "resources")) {
                    rights.computeIfAbsent(key(group, resource), _ -> new TreeSet<>())
                            .addAll(words(rule, "verbs"));
                }
            }
        }
        return rights;
    }

    private static List<JsonNode> rules(String file) throws IOException {
        Path manifest = Path.of("..", "deploy", file);
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(manifest.toFile())) {
            return documents.readAll().stream()
                    .filter(o -> o.path("kind").asText().equals("ClusterRole"))
                    .flatMap(role -> role.path("rules").valueStream())
                    .toList();
        }
    }

    private static List<String> words(JsonNode rule, String field) {
        return rule.path(field).valueStream().map(JsonNode::asText).toList();
    }

    private static String key(String group, String resource) {
        return group + "/" + resource;
    }

    private static Set<String> kinds() throws IllegalAccessException {
        Set<String> kinds = new TreeSet<>();
        for (Field field :
                Stream.of(ResourceKind.class.getFields())
                        .filter(f -> Modifier.isStatic(f.getModifiers()))
                        .toList()) {
            if (field.get(null) instanceof ResourceKind kind) {
                kinds.add(key(kind.group(), kind.plural()));
            }
        }
        return kinds;
    }
}
