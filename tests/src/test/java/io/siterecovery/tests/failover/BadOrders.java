package io.siterecovery.tests.failover;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.tests.failover.OnboardingE2E.Bad;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Orders that must be refused: every field missing, null, of another type, too long, and hostile.
 */
final class BadOrders {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private final ObjectNode good;
    private final List<Bad> all = new ArrayList<>();

    private BadOrders(ObjectNode good) {
        this.good = good;
    }

    /**
     * @param good an order that would be taken
     */
    static List<Bad> all(ObjectNode good) {
        BadOrders bad = new BadOrders(good);
        bad.notEvenAnOrder();
        bad.misfits();
        bad.kubeconfigs();
        return bad.all;
    }

    private void notEvenAnOrder() {
        for (String body :
                List.of("", "{", "[]", "null", "3", "\"order\"", "{}", "{\"name\": \"x\"}")) {
            all.add(new Bad("body " + body, body, ""));
        }
        all.add(new Bad("deep", "[".repeat(100_000), ""));
        all.add(new Bad("large", "{\"name\": \"" + "x".repeat(1 << 20) + "\"}", ""));
    }

    private void misfits() {
        ObjectNode full = full();
        for (String pointer : pointers(full, "")) {
            for (Map.Entry<String, JsonNode> wrong : wrongValues().entrySet()) {
                JsonNode present = full.at(pointer);
                boolean fits = present.getNodeType() == wrong.getValue().getNodeType();
                if (!fits) {
                    set(pointer, wrong.getValue(), wrong.getKey());
                }
            }
        }
        for (String name :
                List.of(
                        "",
                        "-",
                        "A",
                        "a_b",
                        "a.b",
                        "../x",
                        "a b",
                        "é",
                        "x".repeat(41),
                        "a-",
                        "🚀")) {
            set("/name", JSON.textNode(name), "name " + name);
        }
        for (String range :
                List.of("10.0.0.0", "10.0.0.0/33", "localhost/8", "::/129", "x", "10.0.0.0/8 ")) {
            set("/allowedCidrs", JSON.arrayNode().add(range), "range " + range);
        }
        set("/unknown", JSON.textNode("x"), "a field that is none");
        set("/clusters/primary/exec", JSON.textNode("x"), "a field that is none");
        set("/storageModel", JSON.textNode("ceph"), "another word");
        set("/failureResponse", JSON.textNode("automatic"), "another word");
        set("/isolation", JSON.textNode("none"), "another word");
        set("/automaticDelaySeconds", JSON.numberNode(59), "too small");
        set("/limits", JSON.objectNode().put("groups", -1), "too small");
        set("/timeouts", JSON.objectNode().put("PATIENCE", 3), "a field that is none");
        set("/clusters/dr/name", good.at("/clusters/primary/name"), "the same cluster twice");
        set("/clusters/dr/name", JSON.textNode("quorum"), "the quorum cluster's name");
    }

    private ObjectNode full() {
        ObjectNode full = good.deepCopy();
        full.put("storageModel", "linstor").put("protocol", "C").put("isolation", "pooled");
        full.put("failureResponse", "Manual").put("taintPolicy", "Remove");
        full.put("automaticDelaySeconds", 60);
        full.putObject("limits").put("groups", 1).put("virtualMachines", 1);
        full.putObject("timeouts").put("FAILOVER_TIMEOUT", 1);
        return full;
    }

    private static Map<String, JsonNode> wrongValues() {
        Map<String, JsonNode> values = new TreeMap<>();
        values.put("null", JSON.nullNode());
        values.put("a number", JSON.numberNode(-7));
        values.put("a text", JSON.textNode("\u0000"));
        values.put("a list", JSON.arrayNode().add(1));
        values.put("an object", JSON.objectNode().put("a", 1));
        values.put("a boolean", JSON.booleanNode(true));
        return values;
    }

    private static List<String> pointers(JsonNode node, String at) {
        List<String> pointers = new ArrayList<>();
        node.properties()
                .forEach(
                        field -> {
                            String pointer = at + "/" + field.getKey();
                            pointers.add(pointer);
                            pointers.addAll(pointers(field.getValue(), pointer));
                        });
        return pointers;
    }

    /** What a kubeconfig could make us do if we let it. */
    private void kubeconfigs() {
        String kubeconfig = good.at("/clusters/primary/kubeconfig").asText();
        Map<String, String> hostile = new TreeMap<>();
        hostile.put(
                "a command",
                kubeconfig.replaceFirst(
                        "(?m)^( *)user:\\s*$",
                        "$1user:\n$1  exec: {apiVersion: client.authentication.k8s.io/v1, command: touch, args: [/tmp/site-recovery-was-here]}"));
        hostile.put(
                "a file", kubeconfig.replaceFirst("client-key-data: .*", "client-key: /dev/zero"));
        hostile.put(
                "a file of ours",
                kubeconfig.replaceFirst(
                        "certificate-authority-data: .*", "certificate-authority: /etc/passwd"));
        hostile.put(
                "a token file",
                kubeconfig.replaceFirst("client-key-data: .*", "tokenFile: /etc/passwd"));
        hostile.put(
                "a plugin",
                kubeconfig.replaceFirst("client-key-data: .*", "auth-provider: {name: oidc}"));
        hostile.put(
                "a proxy",
                kubeconfig.replaceFirst(
                        "(?m)^( *)server: ", "$1proxy-url: http://127.0.0.1:1\n$1server: "));
        hostile.put(
                "no check of certificates",
                kubeconfig.replaceFirst(
                        "(?m)^( *)server: ", "$1insecure-skip-tls-verify: true\n$1server: "));
        hostile.put(
                "another name for the check",
                kubeconfig.replaceFirst("(?m)^( *)server: ", "$1tls-server-name: x\n$1server: "));
        hostile.put(
                "impersonation",
                kubeconfig.replaceFirst(
                        "client-key-data: ", "as: system:admin\n    client-key-data: "));
        hostile.put("no TLS", kubeconfig.replace("https://", "http://"));
        hostile.put("a file URL", kubeconfig.replaceFirst("https://[^\\s]*", "file:///etc/passwd"));
        for (String server :
                List.of(
                        "https://169.254.169.254",
                        "https://[::1]:6443",
                        "https://[fe80::1]:6443",
                        "https://0.0.0.0:6443",
                        "https://255.255.255.255",
                        "https://224.0.0.1",
                        "https://[::ffff:169.254.169.254]",
                        "https://10.0.0.1:6443",
                        "https://user:password@127.0.0.1:6443",
                        "https://127.0.0.1:6443/?x=y",
                        "https://127.0.0.1:6443/#x",
                        "https://",
                        "https:///x")) {
            hostile.put("server " + server, kubeconfig.replaceFirst("https://[^\\s]*", server));
        }
        hostile.put("nested", "[".repeat(30_000));
        hostile.put("an alias", "a: &a [1]\nb: *a\n" + kubeconfig);
        hostile.put("a tag", "!!javax.script.ScriptEngineManager []");
        hostile.put("a key twice", kubeconfig + "\nkind: Config\n");
        hostile.put("an unknown key", kubeconfig + "\nextra: 1\n");
        hostile.put("two documents", kubeconfig + "\n---\n" + kubeconfig);
        hostile.put("no text", "\u0000\u0001\u0002");
        hostile.put("a number", "42");
        hostile.put("nothing", " ");
        hostile.put("billions", "a: &a [x,x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n");
        hostile.forEach(
                (what, text) ->
                        set(
                                "/clusters/primary/kubeconfig",
                                JSON.textNode(text),
                                "kubeconfig: " + what));
        set("/clusters/dr/kubeconfig", JSON.textNode("x".repeat(70_000)), "kubeconfig: too long");
    }

    private void set(String pointer, JsonNode value, String what) {
        ObjectNode order = good.deepCopy();
        int last = pointer.lastIndexOf('/');
        String parent = pointer.substring(0, last);
        ObjectNode at = parent.isEmpty() ? order : order.withObject(parent);
        at.set(pointer.substring(last + 1), value);
        String told = what.startsWith("a field that is none") || value.isNull() ? "" : top(pointer);
        all.add(new Bad(pointer + " " + what, order.toString(), told));
    }

    private static String top(String pointer) {
        int second = pointer.indexOf('/', 1);
        return second < 0 ? pointer : pointer.substring(0, second);
    }
}
