package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.Target.eventually;
import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.message;
import static io.siterecovery.tests.conformance.rows.Checks.meta;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import io.siterecovery.tests.conformance.Target.Account;
import java.util.List;

/** ValidatingAdmissionPolicy: the fence, and the node agent's own Node. */
public final class AdmissionRows {
    private static final String AREA = "admission";
    private static final String ADMISSION = "/apis/admissionregistration.k8s.io/v1/";
    private static final int POLICIES = 30;
    private static final int NODE_CLAIMS = 32;

    private AdmissionRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "the fence: nobody starts a listed VM", AdmissionRows::starts)
                        .since(POLICIES),
                Row.of(AREA, "the fence: nor makes it again", AdmissionRows::remakes)
                        .since(POLICIES),
                Row.of(AREA, "the fence: stops and other writes pass", AdmissionRows::passes)
                        .since(POLICIES),
                Row.of(AREA, "the fence: its list acts at the next write", AdmissionRows::parameter)
                        .since(POLICIES),
                Row.of(AREA, "the fence: only its account touches the list", AdmissionRows::guard)
                        .since(POLICIES),
                Row.of(AREA, "an agent patches only its own Node", AdmissionRows::ownNode)
                        .since(NODE_CLAIMS),
                Row.of(AREA, "warnings and match conditions", AdmissionRows::warns).since(POLICIES),
                Row.of(AREA, "a policy that makes no sense is refused", AdmissionRows::malformed)
                        .since(POLICIES));
    }

    /** A namespace with the fence over it and one listed VM, halted. */
    private record Fenced(Target t, String namespace, RawApi account) implements AutoCloseable {
        static Fenced in(Target t, String hint) throws Exception {
            t.install("kubevirt-crds.yaml");
            String namespace = t.namespace(hint);
            Account account = t.account(namespace, "control-plane");
            t.create(
                    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                    AuthRows.binding(t.named(hint), "ClusterRole", "cluster-admin", account));
            String policies =
                    t.text("fence.yaml")
                            .replace("fence." + t.group(), "fence." + hint + "." + t.group())
                            .replace("fence-guard.", "fence-guard." + hint + ".")
                            .replace("RUN", t.named(hint))
                            .replace("ACCOUNT", account.user());
            for (String document : policies.split("\n---\n", -1)) {
                JsonNode object = new YAMLMapper().readTree(document);
                String kind = Target.lower(object.path("kind").asText());
                String plural = kind.endsWith("y") ? kind.replaceFirst("y$", "ies") : kind + "s";
                t.create(ADMISSION + plural, object.toString());
            }
            Fenced fenced = new Fenced(t, namespace, t.bearing(account.token()));
            done(t.api().post(fenced.vms(), fenced.vm("listed", "{\"running\":false}")));
            eventually(() -> assertThat(fenced.list("epoch 3").code()).isIn(200, 201, 409));
            // A new policy acts after a moment.
            eventually(() -> assertThat(fenced.start("listed?dryRun=All").code()).isEqualTo(403));
            eventually(
                    () ->
                            refused(
                                    t.api().delete(fenced.listPath() + "?dryRun=All"),
                                    403,
                                    "Forbidden"));
            return fenced;
        }

        String listPath() {
            return maps() + "/fence-" + namespace;
        }

        String maps() {
            return "/api/v1/namespaces/" + namespace + "/configmaps";
        }

        RawApi.Answer list(String why) throws Exception {
            return account.post(
                    maps(),
                    "{\"metadata\":{\"name\":\"fence-%s\"},\"data\":{\"listed\":\"%s\"}}"
                            .formatted(namespace, why));
        }

        String vms() {
            return "/apis/kubevirt."
                    + t.group()
                    + "/v1/namespaces/"
                    + namespace
                    + "/virtualmachines";
        }

        String vm(String name, String spec) {
            return "{\"apiVersion\":\"kubevirt.%s/v1\",\"kind\":\"VirtualMachine\",\"metadata\":{\"name\":\"%s\"},\"spec\":%s}"
                    .formatted(t.group(), name, spec);
        }

        RawApi.Answer start(String name) throws Exception {
            return merge(name, "{\"spec\":{\"running\":true}}");
        }

        RawApi.Answer merge(String name, String patch) throws Exception {
            return t.api().patch(vms() + "/" + name, "merge", patch);
        }

        @Override
        public void close() {
            account.close();
        }
    }

    private static void starts(Target t) throws Exception {
        try (Fenced fenced = Fenced.in(t, "starts")) {
            for (RawApi user : List.of(t.api(), fenced.account())) {
                RawApi.Answer refusal =
                        user.patch(
                                fenced.vms() + "/listed", "merge", "{\"spec\":{\"running\":true}}");
                refused(refusal, 403, "Forbidden");
                String policy = "fence.starts." + t.group();
                assertThat(message(refusal))
                        .isEqualTo(
                                ("virtualmachines.kubevirt.%1$s \"listed\" is forbidden: ValidatingAdmissionPolicy"
                                                + " '%2$s' with binding '%2$s' denied request: VM %3$s/listed is fenced"
                                                + " by Site Recovery (epoch 3): it runs on the other site; starting it"
                                                + " here is refused")
                                        .formatted(t.group(), policy, fenced.namespace()));
            }
            String strategy = "{\"spec\":{\"running\":null,\"runStrategy\":\"Always\"}}";
            refused(fenced.merge("listed", strategy), 403, "Forbidden");
            refused(fenced.merge("listed", strategy.replace("Always", "Odd")), 403, "Forbidden");
            JsonNode vm = done(t.api().get(fenced.vms() + "/listed"));
            ((ObjectNode) vm).withObject("/spec").put("running", true);
            refused(t.api().put(fenced.vms() + "/listed", vm.toString()), 403, "Forbidden");
            assertThat(done(t.api().get(fenced.vms() + "/listed")).at("/spec/running").asBoolean())
                    .isFalse();
        }
    }

    private static void remakes(Target t) throws Exception {
        try (Fenced fenced = Fenced.in(t, "remakes")) {
            done(t.api().delete(fenced.vms() + "/listed"));
            for (String spec : List.of("{\"running\":true}", "{\"runStrategy\":\"Odd\"}", "{}")) {
                refused(t.api().post(fenced.vms(), fenced.vm("listed", spec)), 403, "Forbidden");
            }
            done(t.api().post(fenced.vms(), fenced.vm("listed", "{\"runStrategy\":\"Halted\"}")));
            String vmis = fenced.vms().replace("virtualmachines", "virtualmachineinstances");
            String vmi =
                    fenced.vm("listed", "{}").replace("VirtualMachine", "VirtualMachineInstance");
            refused(t.api().post(vmis, vmi), 403, "Forbidden");
            refused(fenced.account().post(vmis, vmi), 403, "Forbidden");
            done(t.api().post(vmis, vmi.replace("listed", "free")));
        }
    }

    private static void passes(Target t) throws Exception {
        try (Fenced fenced = Fenced.in(t, "passes")) {
            done(fenced.merge("listed", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"));
            done(fenced.merge("listed", "{\"metadata\":{\"finalizers\":[\"x/y\"]}}"));
            done(fenced.merge("listed", "{\"metadata\":{\"finalizers\":null}}"));
            done(fenced.merge("listed", "{\"spec\":{\"running\":false}}"));
            done(t.api().post(fenced.vms(), fenced.vm("other", "{\"running\":true}")));
            done(t.api().delete(fenced.vms() + "/other"));
        }
    }

    private static void parameter(Target t) throws Exception {
        try (Fenced fenced = Fenced.in(t, "parameter")) {
            String path = fenced.listPath();
            done(fenced.account().patch(path, "merge", "{\"data\":{\"listed\":null}}"));
            eventually(() -> assertThat(fenced.start("listed").code()).isEqualTo(200));
            done(fenced.merge("listed", "{\"spec\":{\"running\":false}}"));
            done(fenced.account().patch(path, "merge", "{\"data\":{\"listed\":\"again\"}}"));
            eventually(() -> assertThat(fenced.start("listed?dryRun=All").code()).isEqualTo(403));
            refused(fenced.start("listed"), 403, "Forbidden");
            done(fenced.account().delete(path));
            eventually(() -> assertThat(fenced.start("listed").code()).isEqualTo(200));
        }
    }

    private static void guard(Target t) throws Exception {
        try (Fenced fenced = Fenced.in(t, "guard")) {
            String path = fenced.listPath();
            refused(t.api().patch(path, "merge", "{\"data\":{\"listed\":null}}"), 403, "Forbidden");
            refused(t.api().delete(path), 403, "Forbidden");
            done(t.api().post(fenced.maps(), meta("\"name\":\"another\"")));
            done(fenced.account().patch(path, "merge", "{\"data\":{\"second\":\"x\"}}"));
        }
    }

    private static void ownNode(Target t) throws Exception {
        String namespace = t.namespace("agents");
        Account agent = t.account(namespace, "agent");
        String role = t.named("agent");
        t.create(
                "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                "{\"metadata\":{\"name\":\"%s\"},\"rules\":[%s]}"
                        .formatted(role, AuthRows.rule("", "nodes", "get,patch", "")));
        t.create(
                "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                AuthRows.binding(role, "ClusterRole", role, agent));
        for (String node : List.of("own", "foreign")) {
            t.create("/api/v1/nodes", meta("\"name\":\"" + t.named(node) + "\""));
        }
        done(
                t.api()
                        .post(
                                "/api/v1/namespaces/" + namespace + "/pods",
                                """
                                {"metadata":{"name":"p"},"spec":{"serviceAccountName":"agent","nodeName":"%s",
                                 "automountServiceAccountToken":false,"containers":[{"name":"a","image":"b"}]}}
                                """
                                        .formatted(t.named("own"))));
        String policy = "own-node." + t.group();
        t.create(
                ADMISSION + "validatingadmissionpolicies",
                """
                {"metadata":{"name":"%s"},"spec":{"failurePolicy":"Fail",
                 "matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["UPDATE"],"resources":["nodes"]}]},
                 "matchConditions":[{"name":"agents","expression":"request.userInfo.username == '%s'"}],
                 "variables":[{"name":"node","expression":"'authentication.kubernetes.io/node-name' in request.userInfo.extra ? request.userInfo.extra['authentication.kubernetes.io/node-name'][0] : ''"}],
                 "validations":[{"expression":"variables.node == request.name","reason":"Forbidden","message":"an agent writes only its own node"}]}}
                """
                        .formatted(policy, agent.user()));
        t.create(
                ADMISSION + "validatingadmissionpolicybindings",
                "{\"metadata\":{\"name\":\"%1$s\"},\"spec\":{\"policyName\":\"%1$s\",\"validationActions\":[\"Deny\"]}}"
                        .formatted(policy));
        String patch = "{\"metadata\":{\"annotations\":{\"a/b\":\"c\"}}}";
        String ofPod =
                t.token(
                        namespace,
                        "agent",
                        "{\"boundObjectRef\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"p\"}}");
        try (RawApi bound = t.bearing(ofPod);
                RawApi unbound = t.bearing(agent.token())) {
            String own = "/api/v1/nodes/" + t.named("own");
            String foreign = "/api/v1/nodes/" + t.named("foreign");
            eventually(
                    () ->
                            refused(
                                    bound.patch(foreign + "?dryRun=All", "merge", patch),
                                    403,
                                    "Forbidden"));
            eventually(
                    () ->
                            assertThat(message(bound.patch(foreign, "merge", patch)))
                                    .endsWith("an agent writes only its own node"));
            done(bound.patch(own, "merge", patch));
            refused(unbound.patch(own, "merge", patch), 403, "Forbidden");
            done(t.api().patch(foreign, "merge", patch));
        }
        done(t.api().delete("/api/v1/namespaces/" + namespace + "/pods/p?gracePeriodSeconds=0"));
    }

    private static void warns(Target t) throws Exception {
        String maps = t.maps("warns");
        String policy = "warns." + t.group();
        t.create(
                ADMISSION + "validatingadmissionpolicies",
                """
                {"metadata":{"name":"%s"},"spec":{
                 "matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps"]}],
                  "namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"%s"}}},
                 "matchConditions":[{"name":"not-free","expression":"!object.metadata.name.startsWith('free')"}],
                 "validations":[{"expression":"has(object.data)","message":"it holds nothing"}]}}
                """
                        .formatted(policy, t.named("warns")));
        t.create(
                ADMISSION + "validatingadmissionpolicybindings",
                "{\"metadata\":{\"name\":\"%1$s\"},\"spec\":{\"policyName\":\"%1$s\",\"validationActions\":[\"Warn\"]}}"
                        .formatted(policy));
        eventually(
                () ->
                        assertThat(
                                        t.api()
                                                .post(maps + "?dryRun=All", meta("\"name\":\"a\""))
                                                .header("Warning"))
                                .contains("it holds nothing"));
        RawApi.Answer free = t.api().post(maps, meta("\"name\":\"free\""));
        done(free);
        assertThat(free.header("Warning")).isEmpty();
        RawApi.Answer elsewhere = t.api().post(t.maps("elsewhere"), meta("\"name\":\"a\""));
        assertThat(elsewhere.header("Warning")).isEmpty();
    }

    private static void malformed(Target t) throws Exception {
        for (String expression : List.of("object.metadata.name ==", "nobody.name == ''", "")) {
            String policy =
                    """
                    {"metadata":{"name":"malformed.%s"},"spec":{
                     "matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps"]}]},
                     "validations":[{"expression":"%s"}]}}
                    """
                            .formatted(t.group(), expression);
            refused(
                    t.api().post(ADMISSION + "validatingadmissionpolicies", policy),
                    422,
                    "Invalid");
        }
        refused(
                t.api()
                        .post(
                                ADMISSION + "validatingadmissionpolicybindings",
                                "{\"metadata\":{\"name\":\"malformed.%s\"},\"spec\":{}}"
                                        .formatted(t.group())),
                422,
                "Invalid");
    }
}
