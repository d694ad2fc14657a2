package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.PATIENCE;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a failover needs at the other site stands there before, and stays as it should be. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DefinitionsE2E {

    private static final String NAMESPACE = "production";
    private static final String MEMORY = "{.spec.template.spec.domain.resources.requests.memory}";

    private FailoverWorld in;

    @BeforeAll
    void start() {
        in =
                new FailoverWorld(
                        (folder, home, _, _) ->
                                EmbeddedWorld.withGroups(folder, home, Optional.empty(), 5, 2));
    }

    @AfterAll
    void stop() {
        in.close();
    }

    @Test
    void definitions_follow_what_runs_to_and_fro_and_drift_is_mended() {
        in.primary.apply(group(CANONICAL, NAMESPACE, "group-1", "group-1-vm-1", "group-1-vm-2"));
        healthy(in.primary, NAMESPACE, "group-1");
        said(in.primary, "group-1", "Synced", "True Copied all 6 definitions stand on cluster2");
        said(in.primary, "group-1", "ReadyForFailover", "True Ready");
        said(in.dr, "group-1", "ValidationFailed", "False Valid");
        assertThat(field(in.dr, "pvc", "group-1-vm-1-disk", "{.status.phase}"))
                .as("bound by the CSI driver when the VM starts, not before")
                .isEqualTo("Pending");

        memory(in.primary, "group-1-vm-1", "2Gi");
        becomes(in.dr, "vm", "group-1-vm-1", MEMORY, "2Gi");
        memory(in.dr, "group-1-vm-1", "9Gi");
        becomes(in.dr, "vm", "group-1-vm-1", MEMORY, "2Gi");
        assertThat(field(in.dr, "vm", "group-1-vm-1", "{.spec.running}{.spec.runStrategy}"))
                .isIn("false", "Halted");

        in.primary.apply(failover(CANONICAL, NAMESPACE, "there", "group-1", "dr"));
        completes(in.primary, NAMESPACE, "there");
        memory(in.dr, "group-1-vm-1", "3Gi");
        becomes(in.primary, "vm", "group-1-vm-1", MEMORY, "3Gi");
        said(in.primary, "group-1", "ReadyForFailover", "estimate: ");
    }

    @Test
    void what_vms_refer_to_comes_along_and_what_cannot_is_named() {
        in.primary.ok("create", "secret", "generic", "keys", "--from-literal=a=b", "-n", NAMESPACE);
        add(
                "group-2-vm-1",
                """
                {"name": "ci", "cloudInitNoCloud": {"secretRef": {"name": "keys"}}},
                {"name": "cm", "configMap": {"name": "absent"}},
                {"name": "scratch", "emptyDisk": {"capacity": "1Gi"}}
                """);
        in.primary.apply(group(CANONICAL, NAMESPACE, "group-2", "group-2-vm-1", "group-2-vm-2"));
        said(
                in.primary,
                "group-2",
                "Synced",
                "False NotCopied cluster2: ConfigMap absent does not exist on cluster1");
        said(in.primary, "group-2", "ReadyForFailover", "False DefinitionsMissing");
        assertThat(field(in.dr, "secret", "keys", "{.data.a}")).isEqualTo("Yg==");
        assertThat(field(in.primary, "pg", "group-2", "{.status.warnings}"))
                .contains("scratch (emptyDisk) cannot be replicated");
        in.primary.ok("create", "configmap", "absent", "--from-literal=a=b", "-n", NAMESPACE);
        said(in.primary, "group-2", "Synced", "True Copied");
        in.primary.ok(
                "patch",
                "secret",
                "keys",
                "-n",
                NAMESPACE,
                "--type=merge",
                "-p",
                "{\"stringData\": {\"a\": \"c\"}}");
        becomes(in.dr, "secret", "keys", "{.data.a}", "Yw==");
    }

    @Test
    void drift_is_only_told_where_the_group_wishes_so_and_strangers_are_left_alone() {
        in.dr.apply(
                in.primary
                        .ok("get", "vm", "group-3-vm-1", "-n", NAMESPACE, "-o", "yaml")
                        .replaceAll(
                                "(?m)^  (uid|resourceVersion|creationTimestamp|generation): .*$",
                                "")
                        .replace("runStrategy: Always", "runStrategy: Halted")
                        .replace("running: true", "running: false")
                        .replace("memory: 1Gi", "memory: 5Gi"));
        in.primary.apply(
                group(CANONICAL, NAMESPACE, "group-3", "group-3-vm-1", "group-3-vm-2")
                        .replace("spec:\n", "spec:\n  driftPolicy: Report\n"));
        said(
                in.primary,
                "group-3",
                "Synced",
                "VirtualMachine group-3-vm-1 is not ours and says something else:"
                        + " spec.template.spec.domain.resources.requests.memory is 5Gi and should"
                        + " be 1Gi");
        in.dr.ok(
                "annotate",
                "vm",
                "group-3-vm-1",
                "-n",
                NAMESPACE,
                "siterecovery.trilio.io/adopt=true");
        said(in.primary, "group-3", "Synced", "False Drifted");
        assertThat(field(in.dr, "vm", "group-3-vm-1", MEMORY)).isEqualTo("5Gi");
        in.primary.ok(
                "patch",
                "pg",
                "group-3",
                "-n",
                NAMESPACE,
                "--type=merge",
                "-p",
                "{\"spec\": {\"driftPolicy\": \"Mend\"}}");
        becomes(in.dr, "vm", "group-3-vm-1", MEMORY, "1Gi");
        said(in.primary, "group-3", "Synced", "True Copied");
    }

    @Test
    void what_somebody_deletes_at_the_other_site_is_back_in_a_moment() {
        in.primary.apply(group(CANONICAL, NAMESPACE, "group-4", "group-4-vm-1", "group-4-vm-2"));
        said(in.primary, "group-4", "Synced", "True Copied");
        String volume = field(in.primary, "pvc", "group-4-vm-1-disk", "{.spec.volumeName}");
        comesBack("pv", volume);
        comesBack("pvc", "group-4-vm-1-disk");
        comesBack("vm", "group-4-vm-1");
        said(in.primary, "group-4", "ReadyForFailover", "True Ready");
    }

    @Test
    void a_vm_that_is_taken_out_leaves_nothing_of_ours_behind() {
        in.primary.apply(group(CANONICAL, NAMESPACE, "group-5", "group-5-vm-1", "group-5-vm-2"));
        said(in.primary, "group-5", "Synced", "True Copied all 6 definitions stand on cluster2");
        in.primary.apply(group(CANONICAL, NAMESPACE, "group-5", "group-5-vm-1"));
        for (String object : new String[] {"vm/group-5-vm-2", "pvc/group-5-vm-2-disk"}) {
            await().atMost(PATIENCE)
                    .until(() -> in.dr.run("get", object, "-n", NAMESPACE).code() != 0);
        }
        becomes(
                in.primary,
                "vm",
                "group-5-vm-2",
                "{.metadata.annotations.siterecovery\\.trilio\\.io/claim}",
                "");
        becomes(in.dr, "cm", "site-recovery-fence", "{.data.group-5-vm-2}", "");
        assertThat(field(in.primary, "vmi", "group-5-vm-2", "{.status.phase}"))
                .isEqualTo("Running");
        said(in.primary, "group-5", "Synced", "True Copied all 3 definitions stand on cluster2");
    }

    @Test
    void two_hundred_odd_groups_are_refused_or_told_by_path_and_nothing_is_copied() {
        String copied = in.dr.ok("get", "vm,pvc", "-n", "staging", "-o", "name");
        String machines = OddGroups.text(OddGroups.machines("staging"));
        in.primary.feed(machines, "create", "--validate=false", "-f", "-");
        List<ObjectNode> groups = OddGroups.groups("staging");
        assertThat(groups).hasSizeGreaterThan(199);
        String answers =
                in.primary
                        .feed(OddGroups.text(groups), "create", "--validate=false", "-f", "-")
                        .text();
        Set<String> stored =
                Set.of(in.primary.ok("get", "pg", "-n", "staging", "-o", names()).split(" "));
        for (ObjectNode group : groups) {
            String name = group.at("/metadata/name").asText();
            if (!stored.contains(name)) {
                assertThat(answers.lines().filter(line -> line.contains("\"" + name + "\"")))
                        .as("%s", group)
                        .anyMatch(line -> line.contains("spec"));
            }
        }
        String statuses =
                "jsonpath={range .items[*]}{.metadata.name} {.metadata.resourceVersion}"
                        + " {.status.conditions[?(@.type==\"ValidationFailed\")].status}"
                        + " {.status.conditions[?(@.type==\"ValidationFailed\")].message}{\"\\n\"}{end}";
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(
                                                in.primary
                                                        .ok(
                                                                "get", "pg", "-n", "staging", "-o",
                                                                statuses)
                                                        .lines())
                                        .allMatch(
                                                line ->
                                                        line.matches(
                                                                "odd-\\d+ \\d+ True .*(VM|spec).*")));
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            String before =
                                    in.primary.ok("get", "pg", "-n", "staging", "-o", statuses);
                            FailoverWorld.last(Duration.ofSeconds(2));
                            return in.primary
                                    .ok("get", "pg", "-n", "staging", "-o", statuses)
                                    .equals(before);
                        });
        assertThat(in.dr.ok("get", "vm,pvc", "-n", "staging", "-o", "name")).isEqualTo(copied);
        in.primary.ok("delete", "pg,vm", "--all", "-n", "staging", "--wait=false");
    }

    private static String names() {
        return "jsonpath={.items[*].metadata.name}";
    }

    private void comesBack(String kind, String name) {
        String before = field(in.dr, kind, name, "{.metadata.uid}");
        in.dr.ok("delete", kind, name, "-n", NAMESPACE, "--wait=false");
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            String now = field(in.dr, kind, name, "{.metadata.uid}");
                            return !now.isEmpty() && !now.equals(before);
                        });
    }

    private void memory(Kubectl cluster, String vm, String size) {
        cluster.ok(
                "patch",
                "vm",
                vm,
                "-n",
                NAMESPACE,
                "--type=merge",
                "-p",
                ("{\"spec\": {\"template\": {\"spec\": {\"domain\": {\"resources\": {\"requests\":"
                                + " {\"memory\": \"%s\"}}}}}}}")
                        .formatted(size));
    }

    private void add(String vm, String volumes) {
        in.primary.ok(
                "patch",
                "vm",
                vm,
                "-n",
                NAMESPACE,
                "--type=merge",
                "-p",
                """
                {"spec": {"template": {"spec": {"volumes": [
                  {"name": "root", "persistentVolumeClaim": {"claimName": "%s-disk"}}, %s]}}}}
                """
                        .formatted(vm, volumes));
    }

    private static void becomes(
            Kubectl cluster, String kind, String name, String path, String value) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(field(cluster, kind, name, path)).isEqualTo(value));
    }

    private static void said(Kubectl cluster, String group, String condition, String sentence) {
        String path =
                "{range .status.conditions[?(@.type==\"%s\")]}{.status} {.reason} {.message}{end}"
                        .formatted(condition);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(field(cluster, "pg", group, path)).contains(sentence));
    }

    private static String field(Kubectl cluster, String kind, String name, String path) {
        return cluster.run(
                        "get",
                        kind,
                        name,
                        "-n",
                        NAMESPACE,
                        "--ignore-not-found",
                        "-o",
                        "jsonpath=" + path)
                .text();
    }
}
