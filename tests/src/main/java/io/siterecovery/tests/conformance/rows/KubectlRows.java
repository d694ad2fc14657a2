package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.Target.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.tests.conformance.Kubectl;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The commands that people type, without special flags. */
public final class KubectlRows {
    private static final String AREA = "kubectl";
    private static final int VALIDATES = 27;
    private static final int WHOAMI = 28;

    private KubectlRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "apply: created, unchanged, configured; diff", KubectlRows::applies),
                Row.of(
                        AREA,
                        "get -o wide|yaml|json|jsonpath|custom-columns|name",
                        KubectlRows::formats),
                Row.of(AREA, "refusals read well", KubectlRows::refusals).since(VALIDATES),
                Row.of(
                        AREA,
                        "patch, label, annotate, edit by replace, delete",
                        KubectlRows::changes),
                Row.of(AREA, "get -w and wait", KubectlRows::waits),
                Row.of(AREA, "describe with events", KubectlRows::describes),
                Row.of(AREA, "version, api-resources, --raw", KubectlRows::knows),
                Row.of(AREA, "auth whoami", KubectlRows::whoami).since(WHOAMI),
                Row.of(AREA, "explain a custom and a built-in kind", KubectlRows::explains)
                        .since(VALIDATES),
                Row.of(AREA, "create of built-in objects", KubectlRows::creates),
                Row.of(
                        AREA,
                        "nodes, pods and volumes: columns, describe, taint",
                        KubectlRows::prints),
                Row.of(AREA, "--dry-run=server stores nothing", KubectlRows::rehearses));
    }

    private static void applies(Target t) throws Exception {
        String namespace = t.namespace("apply");
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        String three = widget(t, namespace, "a", "size: 3, mode: fast, owner: me");
        String four = three.replace("size: 3", "size: 4");
        assertThat(kubectl.apply(three).succeeded().out()).contains("created");
        assertThat(kubectl.apply(three).succeeded().out()).contains("unchanged");
        Kubectl.Outcome diff = kubectl.runWithInput(four, "diff", "-f", "-");
        assertThat(diff.exit()).as(diff.err()).isEqualTo(1);
        assertThat(diff.out()).contains("-  size: 3", "+  size: 4");
        assertThat(kubectl.apply(four).succeeded().out()).contains("configured");
        assertThat(kubectl.runWithInput(four, "diff", "-f", "-").exit()).isZero();
        String map =
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: %s}\ndata: {a: '1', b: '2'}\n"
                        .formatted(namespace);
        assertThat(kubectl.apply(map).succeeded().out()).contains("configmap/m created");
        assertThat(kubectl.apply(map.replace(", b: '2'", "")).succeeded().out())
                .contains("configured");
        assertThat(kubectl.out("get", "cm", "m", "-n", namespace, "-o", "jsonpath={.data}"))
                .isEqualTo("{\"a\":\"1\"}");
    }

    private static void formats(Target t) throws Exception {
        String namespace = t.namespace("formats");
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        String widgets = "widgets." + t.group();
        kubectl.apply(widget(t, namespace, "a", "size: 4, mode: fast, owner: me")).succeeded();
        assertThat(kubectl.out("get", widgets, "a", "-n", namespace))
                .containsPattern("NAME +SIZE +READY +AGE\na +4 +\\d+s");
        assertThat(kubectl.out("get", widgets, "a", "-n", namespace, "-o", "wide"))
                .containsPattern("NAME +SIZE +READY +OWNER +AGE\na +4 +me");
        assertThat(kubectl.out("get", widgets + "/a", "-n", namespace, "-o", "yaml"))
                .contains("level: low", "size: 4");
        assertThat(kubectl.out("get", widgets + "/a", "-n", namespace, "-o", "json"))
                .contains("\"size\": 4");
        assertThat(kubectl.out("get", widgets, "a", "-n", namespace, "-o", "jsonpath={.spec.mode}"))
                .isEqualTo("fast");
        assertThat(
                        kubectl.out(
                                "get",
                                widgets,
                                "-n",
                                namespace,
                                "-o",
                                "custom-columns=S:.spec.size,M:.spec.mode"))
                .containsPattern("S +M\n4 +fast");
        assertThat(kubectl.out("get", widgets, "-n", namespace, "-o", "name"))
                .isEqualTo("widget." + t.group() + "/a\n");
        assertThat(kubectl.out("get", "widgets.v1." + t.group(), "-A"))
                .contains("NAMESPACE", namespace);
        assertThat(kubectl.out("get", "widgets.v1alpha1." + t.group(), "-n", namespace))
                .containsPattern("NAME +AGE\na ");
    }

    private static void refusals(Target t) throws Exception {
        String namespace = t.namespace("refusals");
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        assertThat(kubectl.apply(widget(t, namespace, "a", "mode: fast")).failed().err())
                .contains("The Widget \"a\" is invalid: spec.size: Required value");
        assertThat(
                        kubectl.apply(widget(t, namespace, "a", "mode: fast, size: 1, bogus: 1"))
                                .failed()
                                .err())
                .contains("unknown field \"spec.bogus\"");
        assertThat(kubectl.err("get", "widgets." + t.group(), "none", "-n", namespace))
                .contains("widgets.%s \"none\" not found".formatted(t.group()));
        assertThat(kubectl.err("get", "gadgets"))
                .contains("the server doesn't have a resource type \"gadgets\"");
        assertThat(kubectl.err("create", "namespace", "default"))
                .contains("namespaces \"default\" already exists");
    }

    private static void changes(Target t) throws Exception {
        String namespace = t.namespace("changes");
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        String widget = "widgets." + t.group() + "/a";
        kubectl.apply(widget(t, namespace, "a", "size: 1, mode: fast")).succeeded();
        kubectl.out(
                "patch", widget, "-n", namespace, "--type=merge", "-p", "{\"spec\":{\"size\":2}}");
        String json =
                "[{\"op\":\"test\",\"path\":\"/spec/size\",\"value\":2},"
                        + "{\"op\":\"replace\",\"path\":\"/spec/size\",\"value\":3}]";
        kubectl.out("patch", widget, "-n", namespace, "--type=json", "-p", json);
        kubectl.err("patch", widget, "-n", namespace, "--type=json", "-p", json);
        kubectl.out("label", widget, "-n", namespace, "tier=gold");
        kubectl.out("annotate", widget, "-n", namespace, "note=hello");
        assertThat(
                        kubectl.out(
                                "get",
                                "widgets." + t.group(),
                                "-n",
                                namespace,
                                "-l",
                                "tier in (gold,silver)",
                                "-o",
                                "name"))
                .isEqualTo("widget.%s/a\n".formatted(t.group()));
        String shown = kubectl.out("get", widget, "-n", namespace, "-o", "yaml");
        kubectl.runWithInput(shown.replace("size: 3", "size: 5"), "replace", "-f", "-").succeeded();
        assertThat(kubectl.out("get", widget, "-n", namespace, "-o", "jsonpath={.spec.size}"))
                .isEqualTo("5");
        assertThat(kubectl.out("delete", widget, "-n", namespace)).contains("deleted");
        assertThat(kubectl.run("get", widget, "-n", namespace).exit()).isEqualTo(1);
    }

    private static void waits(Target t) throws Exception {
        String namespace = t.namespace("waits");
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        String widget = "widgets." + t.group() + "/a";
        kubectl.apply(widget(t, namespace, "a", "size: 1, mode: fast")).succeeded();
        Path seen = t.dir().resolve("seen");
        Process watch =
                kubectl.start(seen, "get", "widgets." + t.group(), "a", "-n", namespace, "-w");
        Process wait =
                kubectl.start(
                        t.dir().resolve("waited"),
                        "wait",
                        "--for=jsonpath={.status.state}=Completed",
                        widget,
                        "-n",
                        namespace,
                        "--timeout=60s");
        Process gone =
                kubectl.start(
                        t.dir().resolve("gone"),
                        "wait",
                        "--for=delete",
                        widget,
                        "-n",
                        namespace,
                        "--timeout=60s");
        try {
            eventually(() -> assertThat(Files.readString(seen)).contains("a "));
            Checks.done(
                    t.api()
                            .patch(
                                    t.widgets(namespace) + "/a/status",
                                    "merge",
                                    "{\"status\":{\"state\":\"Completed\",\"conditions\":"
                                            + "[{\"type\":\"Ready\",\"status\":\"True\"}]}}"));
            eventually(() -> assertThat(wait.isAlive()).isFalse());
            assertThat(wait.exitValue()).isZero();
            eventually(() -> assertThat(Files.readString(seen)).contains("True"));
            assertThat(kubectl.out("wait", "--for=condition=Ready", widget, "-n", namespace))
                    .contains("condition met");
            kubectl.out("delete", widget, "-n", namespace);
            eventually(() -> assertThat(gone.isAlive()).isFalse());
            assertThat(gone.exitValue()).isZero();
        } finally {
            watch.destroy();
            wait.destroy();
            gone.destroy();
        }
    }

    private static void describes(Target t) throws Exception {
        String namespace = t.namespace("describes");
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        String widget = "widgets." + t.group() + "/a";
        kubectl.apply(widget(t, namespace, "a", "size: 1, mode: fast")).succeeded();
        String uid = kubectl.out("get", widget, "-n", namespace, "-o", "jsonpath={.metadata.uid}");
        kubectl.apply(
                        """
                        apiVersion: v1
                        kind: Event
                        metadata: {name: a.1, namespace: %1$s}
                        involvedObject: {apiVersion: %3$s/v1, kind: Widget, name: a, namespace: %1$s, uid: %2$s}
                        type: Normal
                        reason: Moved
                        message: on its way to the café
                        source: {component: tests}
                        """
                                .formatted(namespace, uid, t.group()))
                .succeeded();
        assertThat(kubectl.out("describe", widget, "-n", namespace))
                .contains("Name:         a", "Events:", "Moved", "on its way to the café");
        assertThat(kubectl.out("get", "events", "-n", namespace))
                .containsPattern("LAST SEEN +TYPE +REASON +OBJECT +MESSAGE")
                .containsPattern("Normal +Moved +widget/a +on its way to the café");
        assertThat(kubectl.out("get", "events.events.k8s.io", "-n", namespace)).contains("Moved");
    }

    private static void knows(Target t) throws Exception {
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        assertThat(kubectl.out("version")).contains("Server Version: v1." + t.minor());
        assertThat(kubectl.out("api-resources", "--api-group=" + t.group()))
                .containsPattern("widgets +wd +%s/v1 +true +Widget".formatted(t.group()));
        assertThat(kubectl.out("api-resources", "--api-group=storage.k8s.io"))
                .containsPattern("storageclasses +sc +storage.k8s.io/v1 +false +StorageClass");
        assertThat(kubectl.out("get", "--raw", "/readyz")).isEqualTo("ok");
    }

    private static void whoami(Target t) throws Exception {
        assertThat(t.kubectl().out("auth", "whoami")).contains("Username", "system:authenticated");
    }

    private static void explains(Target t) throws Exception {
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        eventually(
                () ->
                        assertThat(
                                        kubectl.out(
                                                "explain",
                                                "widgets.spec.size",
                                                "--api-version=" + t.group() + "/v1"))
                                .contains("FIELD: size <integer>"));
        assertThat(kubectl.out("explain", "pvc.spec"))
                .containsPattern("accessModes\\s+<\\[\\]string>")
                .containsPattern("volumeMode\\s+<string>");
        assertThat(kubectl.out("explain", "node.spec.taints.effect")).contains("effect <string>");
    }

    private static void creates(Target t) throws Exception {
        String namespace = t.named("creates");
        Kubectl kubectl = t.kubectl();
        kubectl.out("create", "namespace", namespace);
        kubectl.out("create", "configmap", "m", "-n", namespace, "--from-literal=k=café");
        kubectl.out("create", "secret", "generic", "s", "-n", namespace, "--from-literal=k=v");
        kubectl.out("create", "serviceaccount", "bot", "-n", namespace);
        kubectl.out("create", "role", "reader", "-n", namespace, "--verb=get", "--resource=pods");
        kubectl.out(
                "create",
                "rolebinding",
                "b",
                "-n",
                namespace,
                "--role=reader",
                "--serviceaccount=" + namespace + ":bot");
        assertThat(kubectl.out("get", "cm", "m", "-n", namespace, "-o", "jsonpath={.data.k}"))
                .isEqualTo("café");
        assertThat(kubectl.out("get", "secret", "s", "-n", namespace, "-o", "jsonpath={.data.k}"))
                .isEqualTo("dg==");
        assertThat(
                        kubectl.out(
                                "get",
                                "role",
                                "reader",
                                "-n",
                                namespace,
                                "-o",
                                "jsonpath={.rules[0].verbs}"))
                .isEqualTo("[\"get\"]");
        assertThat(kubectl.out("auth", "can-i", "get", "pods", "-n", namespace)).contains("yes");
        String token = kubectl.out("create", "token", "bot", "-n", namespace);
        assertThat(token.split("\\.", -1)).hasSize(3);
        assertThat(kubectl.out("delete", "namespace", namespace, "--wait=false"))
                .contains("deleted");
    }

    private static void prints(Target t) throws Exception {
        String namespace = t.namespace("prints");
        String node = t.named("node");
        Kubectl kubectl = t.kubectl();
        kubectl.apply(
                        """
                        apiVersion: v1
                        kind: Node
                        metadata: {name: %2$s, labels: {node-role.kubernetes.io/worker: ""}}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: pod-1, namespace: %1$s}
                        spec: {nodeName: %2$s, containers: [{name: a, image: b}]}
                        ---
                        apiVersion: v1
                        kind: PersistentVolumeClaim
                        metadata: {name: claim-1, namespace: %1$s}
                        spec: {storageClassName: %2$s, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                        ---
                        apiVersion: storage.k8s.io/v1
                        kind: StorageClass
                        metadata: {name: %2$s}
                        provisioner: linstor.csi.linbit.com
                        """
                                .formatted(namespace, node))
                .succeeded();
        Checks.done(
                t.api()
                        .patch(
                                "/api/v1/nodes/" + node + "/status",
                                "strategic-merge",
                                "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],"
                                        + "\"nodeInfo\":{\"kubeletVersion\":\"v1.32.0\"}}}"));
        assertThat(kubectl.out("get", "node", node))
                .containsPattern("NAME +STATUS +ROLES +AGE +VERSION");
        assertThat(kubectl.out("get", "node", node))
                .containsPattern("Ready +worker +\\d+s +v1.32.0");
        assertThat(kubectl.out("get", "pods", "-n", namespace, "-o", "wide"))
                .containsPattern("NAME +READY +STATUS +RESTARTS +AGE +IP +NODE")
                .containsPattern("pod-1 +0/1 +Pending +0 ");
        assertThat(kubectl.out("get", "pvc", "-n", namespace))
                .containsPattern("claim-1 +Pending +.*" + node);
        assertThat(kubectl.out("get", "sc", node))
                .containsPattern("linstor.csi.linbit.com +Delete +Immediate");
        assertThat(kubectl.out("describe", "node", node)).contains("pod-1");
        assertThat(kubectl.out("describe", "pod", "pod-1", "-n", namespace)).contains("Node:");
        assertThat(kubectl.out("taint", "node", node, "a=b:NoSchedule")).contains("tainted");
        String keys = "jsonpath={.spec.taints[*].key}";
        assertThat(kubectl.out("get", "node", node, "-o", keys).split(" ", -1)).contains("a");
        assertThat(kubectl.out("taint", "node", node, "a-")).contains("untainted");
        assertThat(kubectl.out("get", "node", node, "-o", keys).split(" ", -1)).doesNotContain("a");
        kubectl.out("delete", "pod", "pod-1", "-n", namespace, "--force", "--grace-period=0");
        kubectl.out("delete", "node", node);
        kubectl.out("delete", "sc", node);
    }

    private static void rehearses(Target t) throws Exception {
        String namespace = t.namespace("rehearses");
        t.install("widgets-crd.yaml");
        Kubectl kubectl = t.kubectl();
        assertThat(
                        kubectl.apply(
                                        widget(t, namespace, "a", "size: 1, mode: fast"),
                                        "--dry-run=server")
                                .succeeded()
                                .out())
                .contains("created (server dry run)");
        assertThat(kubectl.run("get", "widgets." + t.group(), "a", "-n", namespace).exit())
                .isEqualTo(1);
    }

    private static String widget(Target t, String namespace, String name, String spec) {
        return "apiVersion: %s/v1\nkind: Widget\nmetadata: {name: %s, namespace: %s}\nspec: {%s}\n"
                .formatted(t.group(), name, namespace, spec);
    }
}
