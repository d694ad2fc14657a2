package io.siterecovery.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that people type, without special flags. */
class KubectlIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir static Path dir;
    static TestCluster cluster;
    static Kubectl kubectl;

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException {
        cluster = new TestCluster(dir);
        kubectl =
                new Kubectl(
                        dir.resolve("home"),
                        cluster.server().kubeconfig("admin", "system:masters"));
        kubectl.runWithInput(TestCluster.resource("widgets-crd.yaml"), "apply", "-f", "-")
                .succeeded();
        assertThat(out("wait", "--for=condition=Established", "crd/widgets.example.io"))
                .contains("condition met");
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void applies_and_shows_in_every_format() {
        assertThat(apply(widget("shown", "size: 3, mode: fast, owner: me"))).contains("created");
        assertThat(apply(widget("shown", "size: 3, mode: fast, owner: me"))).contains("unchanged");
        assertThat(apply(widget("shown", "size: 4, mode: fast, owner: me"))).contains("configured");
        assertThat(out("get", "wd", "shown"))
                .containsPattern("NAME +SIZE +READY +AGE\nshown +4 +\\d+s");
        assertThat(out("get", "widgets", "shown", "-o", "wide"))
                .containsPattern("NAME +SIZE +READY +OWNER +AGE\nshown +4 +me");
        assertThat(out("get", "widget/shown", "-o", "yaml")).contains("level: low", "size: 4");
        assertThat(out("get", "widget/shown", "-o", "json")).contains("\"size\": 4");
        assertThat(out("get", "wd", "shown", "-o", "jsonpath={.spec.mode}")).isEqualTo("fast");
        assertThat(out("get", "wd", "shown", "-o", "custom-columns=S:.spec.size,M:.spec.mode"))
                .containsPattern("S +M\n4 +fast");
        assertThat(out("get", "widgets.v1.example.io", "--all-namespaces"))
                .contains("NAMESPACE", "default");
    }

    @Test
    void refusals_read_well() {
        assertThat(refusal(widget("bad", "mode: fast")))
                .contains("The Widget \"bad\" is invalid: spec.size: Required value");
        assertThat(refusal(widget("bad", "mode: fast, size: 1, bogus: 1")))
                .contains("unknown field \"spec.bogus\"");
        assertThat(kubectl.run("get", "widget", "nothing").failed().err())
                .contains("widgets.example.io \"nothing\" not found");
        assertThat(kubectl.run("get", "gadgets").failed().err())
                .contains("the server doesn't have a resource type \"gadgets\"");
        assertThat(kubectl.run("create", "namespace", "default").failed().err())
                .contains("namespaces \"default\" already exists");
    }

    @Test
    void patches_labels_annotates_and_deletes() {
        apply(widget("worked", "size: 1, mode: fast"));
        out("patch", "widget", "worked", "--type=merge", "-p", "{\"spec\":{\"size\":2}}");
        out(
                "patch",
                "widget",
                "worked",
                "--type=json",
                "-p",
                "[{\"op\":\"test\",\"path\":\"/spec/size\",\"value\":2},"
                        + "{\"op\":\"replace\",\"path\":\"/spec/size\",\"value\":3}]");
        out("label", "widget", "worked", "tier=gold");
        out("annotate", "widget", "worked", "note=hello");
        assertThat(out("get", "widget", "-l", "tier in (gold,silver)", "-o", "name"))
                .isEqualTo("widget.example.io/worked\n");
        assertThat(out("get", "wd", "worked", "-o", "jsonpath={.spec.size}")).isEqualTo("3");
        assertThat(out("delete", "widget", "worked")).contains("deleted");
        assertThat(kubectl.run("get", "widget", "worked").exit()).isEqualTo(1);
    }

    @Test
    void waits_for_a_status_and_watches_it_come() throws Exception {
        apply(widget("awaited", "size: 1, mode: fast"));
        Path seen = dir.resolve("seen");
        Process watch = kubectl.start(seen, "get", "widget", "awaited", "-w");
        Process wait =
                kubectl.start(
                        dir.resolve("waited"),
                        "wait",
                        "--for=jsonpath={.status.state}=Completed",
                        "widget/awaited",
                        "--timeout=60s");
        await().atMost(PATIENCE).until(() -> Files.readString(seen).contains("awaited"));
        out(
                "patch",
                "widget",
                "awaited",
                "--subresource=status",
                "--type=merge",
                "-p",
                "{\"status\":{\"state\":\"Completed\","
                        + "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");

        await().atMost(PATIENCE).until(() -> !wait.isAlive());
        assertThat(wait.exitValue()).isZero();
        assertThat(out("wait", "--for=condition=Ready", "widget/awaited")).contains("met");
        await().atMost(PATIENCE).until(() -> Files.readString(seen).contains("True"));
        watch.destroy();

        Process gone =
                kubectl.start(
                        dir.resolve("gone"),
                        "wait",
                        "--for=delete",
                        "widget/awaited",
                        "--timeout=60s");
        out("delete", "widget", "awaited");
        await().atMost(PATIENCE).until(() -> !gone.isAlive());
        assertThat(gone.exitValue()).isZero();
    }

    @Test
    void describes_an_object_with_its_events() {
        apply(widget("told", "size: 1, mode: fast"));
        String uid = out("get", "widget", "told", "-o", "jsonpath={.metadata.uid}");
        apply(
                """
                apiVersion: v1
                kind: Event
                metadata: {name: told.1, namespace: default}
                involvedObject: {apiVersion: example.io/v1, kind: Widget, name: told, namespace: default, uid: %s}
                type: Normal
                reason: Moved
                message: on its way to the café
                source: {component: tests}
                """
                        .formatted(uid));
        assertThat(out("describe", "widget", "told"))
                .contains("Name:         told", "Events:", "Moved", "on its way to the café");
        assertThat(out("get", "events"))
                .containsPattern("LAST SEEN +TYPE +REASON +OBJECT +MESSAGE");
    }

    @Test
    void knows_the_server() {
        assertThat(out("version")).contains("Server Version: v1.32.0");
        assertThat(out("api-resources", "--api-group=example.io"))
                .containsPattern("widgets +wd +example.io/v1 +true +Widget");
        assertThat(out("auth", "whoami")).contains("admin", "system:masters");
        assertThat(out("explain", "widget.spec.size")).contains("FIELD: size <integer>");
        assertThat(out("get", "--raw", "/readyz")).isEqualTo("ok");
    }

    @Test
    void creates_built_in_objects_and_empties_namespaces() {
        out("create", "namespace", "team");
        out("create", "configmap", "settings", "-n", "team", "--from-literal=k=café");
        out("create", "secret", "generic", "token", "-n", "team", "--from-literal=k=v");
        out("create", "serviceaccount", "bot", "-n", "team");
        out("create", "role", "reader", "-n", "team", "--verb=get", "--resource=pods");
        assertThat(out("get", "cm", "settings", "-n", "team", "-o", "jsonpath={.data.k}"))
                .isEqualTo("café");
        assertThat(out("get", "secret", "token", "-n", "team", "-o", "jsonpath={.data.k}"))
                .isEqualTo("dg==");
        assertThat(out("delete", "namespace", "team")).contains("deleted");
        assertThat(kubectl.run("get", "namespace", "team").exit()).isEqualTo(1);
    }

    @Test
    void prints_and_describes_nodes_pods_and_volumes() {
        apply(
                """
                apiVersion: v1
                kind: Node
                metadata: {name: node-1, labels: {node-role.kubernetes.io/worker: ""}}
                status: {conditions: [{type: Ready, status: "True"}], nodeInfo: {kubeletVersion: v1.32.0}}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: pod-1, namespace: default}
                spec: {nodeName: node-1, containers: [{name: a, image: b}]}
                ---
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: claim-1, namespace: default}
                spec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                ---
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata: {name: fast}
                provisioner: linstor.csi.linbit.com
                """);
        assertThat(out("get", "nodes")).containsPattern("node-1 +Ready +worker +\\d+s +v1.32.0");
        assertThat(out("get", "pods", "-o", "wide")).containsPattern("pod-1 +0/1 +Pending +0 ");
        assertThat(out("get", "pvc", "claim-1")).containsPattern("claim-1 +Pending +.*fast");
        assertThat(out("get", "sc")).containsPattern("fast +linstor.csi.linbit.com +Delete");
        assertThat(out("describe", "node", "node-1")).contains("pod-1");
        assertThat(out("describe", "pod", "pod-1")).contains("node-1");
        assertThat(out("taint", "node", "node-1", "a=b:NoSchedule")).contains("tainted");
        assertThat(out("taint", "node", "node-1", "a-")).contains("untainted");
        assertThat(out("get", "node", "node-1", "-o", "jsonpath={.spec.taints}")).isEmpty();
        out("delete", "pod", "pod-1", "--force", "--grace-period=0");
    }

    @Test
    void rehearses_without_storing() {
        assertThat(
                        kubectl.runWithInput(
                                        widget("rehearsed", "size: 1, mode: fast"),
                                        "apply",
                                        "--dry-run=server",
                                        "-f",
                                        "-")
                                .succeeded()
                                .out())
                .contains("created (server dry run)");
        assertThat(kubectl.run("get", "widget", "rehearsed").exit()).isEqualTo(1);
    }

    private static String apply(String yaml) {
        return kubectl.runWithInput(yaml, "apply", "-f", "-").succeeded().out();
    }

    private static String refusal(String yaml) {
        return kubectl.runWithInput(yaml, "apply", "-f", "-").failed().err();
    }

    private static String out(String... arguments) {
        return kubectl.run(arguments).succeeded().out();
    }

    private static String widget(String name, String spec) {
        return "apiVersion: example.io/v1\nkind: Widget\nmetadata: {name: "
                + name
                + ", namespace: default}\nspec: {"
                + spec
                + "}\n";
    }
}
