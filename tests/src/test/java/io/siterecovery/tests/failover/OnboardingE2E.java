package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.PATIENCE;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import io.siterecovery.tests.failover.OnboardingApi.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The life of a deployment through the onboarding API, with everything real but the hardware. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OnboardingE2E {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROD = "/deployments/prod";

    private FailoverWorld in;
    private OnboardingApi api;
    private final Map<String, String> tokens = new LinkedHashMap<>();

    @BeforeAll
    void start() throws IOException {
        in = new FailoverWorld(EmbeddedWorld::onboarded);
        Path token = in.world.kubeconfig("cluster3").resolveSibling("platform-admin.token");
        api = new OnboardingApi(in.world.onboardingApi(), Files.readString(token).strip());
        tokens.put("platform-admin", api.token());
        for (String role : List.of("viewer", "operator", "tenant-admin")) {
            tokens.put(role, hire(role));
        }
        tokens.put("stranger", hire(""));
        tokens.put("nobody", "");
    }

    @AfterAll
    void stop() {
        in.close();
    }

    @Test
    @Order(1)
    void what_was_ordered_is_made_checked_and_shown_without_its_credentials() {
        api.untilPhase("prod", "Active");
        Answer shown = api.get(PROD);
        assertThat(shown.code()).isEqualTo(200);
        assertThat(shown.at("/clusters/primary/name")).isEqualTo("cluster1");
        assertThat(shown.at("/isolation")).isEqualTo("pooled");
        Answer preflight = api.get(PROD + "/preflight");
        assertThat(preflight.json().at("/passed").asBoolean()).as(preflight.text()).isTrue();
        assertThat(preflight.text()).contains("3 heard; DRBD").contains("KubeVirt");
        Answer page = api.get("/deployments?limit=1");
        assertThat(page.at("/items/0/name")).isEqualTo("prod");
        Answer next = api.get("/deployments?limit=1&continue=" + page.at("/continue"));
        assertThat(next.at("/items/0/name")).isEqualTo("staging");
        assertThat(next.json().has("continue")).isFalse();
        assertThat(api.get("/openapi.yaml").text()).contains("openapi: 3.1.0");
        assertThat(api.get("/asyncapi.yaml").text()).contains("asyncapi: \"3.0.0\"");
    }

    /**
     * Role × route × own, other and absent deployment: what each may do, and what exists for him.
     */
    @Test
    @Order(2)
    void each_role_may_do_what_it_may_and_sees_no_other_deployment() {
        record Route(String method, String path, String body, Set<String> allowed) {}
        Set<String> all = Set.of("viewer", "operator", "tenant-admin", "platform-admin");
        Set<String> platform = Set.of("platform-admin");
        List<Route> routes =
                List.of(
                        new Route("GET", "", "", all),
                        new Route("GET", "/preflight", "", all),
                        new Route(
                                "PATCH",
                                "",
                                "{\"taintPolicy\": \"Remove\"}",
                                Set.of("tenant-admin", "platform-admin")),
                        new Route("PATCH", "", "{\"limits\": {\"groups\": 90}}", platform),
                        new Route(
                                "POST",
                                ":cordon",
                                "{\"cordoned\": false}",
                                Set.of("operator", "tenant-admin", "platform-admin")),
                        new Route(
                                "POST",
                                "/credentials:rotate",
                                "{\"credential\": \"kafka-reader\"}",
                                Set.of("tenant-admin", "platform-admin")));
        List<String> wrong = new ArrayList<>();
        tokens.forEach(
                (role, token) -> {
                    OnboardingApi caller = api.as(token);
                    for (Route route : routes) {
                        for (String deployment : List.of("prod", "staging", "absent")) {
                            boolean exists = !deployment.equals("absent");
                            boolean own = deployment.equals("prod") && all.contains(role);
                            boolean sees = exists && (role.equals("platform-admin") || own);
                            int expected =
                                    role.equals("nobody")
                                            ? 401
                                            : !sees
                                                    ? 404
                                                    : route.allowed().contains(role) ? 200 : 403;
                            int code =
                                    caller.call(
                                                    route.method(),
                                                    "/deployments/" + deployment + route.path(),
                                                    route.body().isEmpty() ? null : route.body())
                                            .code();
                            if (code != expected) {
                                wrong.add(
                                        "%s %s %s%s: %d, expected %d"
                                                .formatted(
                                                        role,
                                                        route.method(),
                                                        deployment,
                                                        route.path(),
                                                        code,
                                                        expected));
                            }
                        }
                    }
                });
        assertThat(wrong).isEmpty();
        assertThat(names(as("viewer"))).containsExactly("prod");
        assertThat(names(as("stranger"))).isEmpty();
        assertThat(as("tenant-admin").post("/deployments", order("mine")).code()).isEqualTo(403);
        assertThat(as("tenant-admin").call("DELETE", PROD, null).code()).isEqualTo(403);
        assertThat(api.as("not-a-token").get(PROD).code()).isEqualTo(401);
    }

    @Test
    @Order(3)
    void bad_orders_are_refused_by_the_path_of_the_fault_and_leave_nothing() throws IOException {
        String namespaces = in.quorum.ok("get", "ns", "-o", "name");
        int number = 0;
        for (Bad bad : BadOrders.all(parsed(order("bad")))) {
            Answer answer = api.post("/deployments", bad.body());
            String as = number++ + " " + bad.what() + ": " + answer.text();
            assertThat(answer.code()).as(as).isBetween(400, 422);
            assertThat(answer.type()).as(as).isEqualTo("application/problem+json");
            if (!bad.pointer().isEmpty()) {
                assertThat(answer.at("/pointer")).as(as).startsWith(bad.pointer());
            }
            assertThat(answer.text())
                    .as(as)
                    .doesNotContain("Exception", "\tat ", "BEGIN CERTIFICATE");
        }
        assertThat(number).isGreaterThan(150);
        assertThat(in.quorum.ok("get", "ns", "-o", "name")).isEqualTo(namespaces);
        assertThat(in.quorum.ok("get", "secrets", "-n", "site-recovery", "-o", "name"))
                .doesNotContain("order-");
        assertThat(Files.readString(in.world.tenantManager().log())).doesNotContain("Exception");
    }

    @Test
    @Order(4)
    void a_cordoned_deployment_takes_on_no_planned_failover_and_every_emergency() {
        in.primary.apply(group(CANONICAL, "production", "group-1", "group-1-vm-1"));
        healthy(in.primary, "production", "group-1");
        assertThat(
                        api.post(PROD + ":cordon", "{\"cordoned\": true, \"reason\": \"audit\"}")
                                .at("/cordoned"))
                .isEqualTo("audit");
        in.primary.apply(failover(CANONICAL, "production", "planned-1", "group-1", "dr"));
        assertThat(refusal(in.primary, "production", "planned-1")).contains("cordoned (audit)");
        assertThat(api.call("DELETE", PROD + "?force=maybe", null).code()).isEqualTo(400);
        assertThat(api.post(PROD + ":cordon", "{\"cordoned\": false}").json().has("cordoned"))
                .isFalse();
        in.primary.apply(failover(CANONICAL, "production", "planned-2", "group-1", "dr"));
        completes(in.primary, "production", "planned-2");
        Answer refused = api.call("DELETE", PROD, null);
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.text()).contains("production/group-1 is failed over to cluster2");
    }

    @Test
    @Order(5)
    void events_go_on_after_the_last_one_that_was_heard() {
        List<String> ids;
        try (Stream<String> lines = api.follow(PROD + "/events?from=beginning")) {
            ids = lines.filter(line -> line.startsWith("id: ")).limit(3).toList();
        }
        try (Stream<String> lines =
                api.follow(PROD + "/events", "Last-Event-ID", ids.get(1).replace("id: ", ""))) {
            assertThat(lines.filter(line -> line.startsWith("id: ")).findFirst())
                    .contains(ids.get(2));
        }
        assertThat(as("stranger").get(PROD + "/events").code()).isEqualTo(404);
    }

    @Test
    @Order(6)
    void a_new_kubeconfig_is_tried_before_it_takes_the_old_ones_place() throws IOException {
        JsonNode clusters = parsed(order("any")).path("clusters");
        String primary = clusters.at("/primary/kubeconfig").asText();
        String dr = clusters.at("/dr/kubeconfig").asText();
        Answer wrongCluster = rotate("primary-kubeconfig", dr);
        assertThat(wrongCluster.code()).isEqualTo(422);
        assertThat(wrongCluster.text()).contains("not the cluster that the zone names");
        Answer wrongKey =
                rotate(
                        "primary-kubeconfig",
                        primary.replaceFirst(
                                "(?s)token.*|client-certificate-data: .{40}",
                                "client-certificate-data: AAAA"));
        assertThat(wrongKey.code()).isEqualTo(422);
        assertThat(rotate("primary-kubeconfig", primary).code()).isEqualTo(200);
        in.primary.apply(failover(CANONICAL, "production", "back-again", "group-1", "primary"));
        completes(in.primary, "production", "back-again");
    }

    @Test
    @Order(7)
    void whenever_the_tenant_manager_is_killed_the_end_is_the_same() throws Exception {
        comesAndGoes(1);
    }

    @Test
    @Order(8)
    @Tag("full")
    void however_often_it_is_killed() throws Exception {
        for (int round = 0; round < 5; round++) {
            comesAndGoes(5);
        }
    }

    /** Killed again and again while a deployment is made, and while it is taken apart. */
    private void comesAndGoes(int kills) throws Exception {
        String order = order("third");
        assertThat(api.post("/deployments", order, "Idempotency-Key", "k1").code()).isEqualTo(202);
        for (int kill = 0; kill < kills; kill++) {
            killTenantManager(kill);
        }
        api.untilPhase("third", "Active");
        assertThat(api.post("/deployments", order, "Idempotency-Key", "k1").code()).isEqualTo(202);
        assertThat(api.post("/deployments", order("fourth"), "Idempotency-Key", "k1").code())
                .isEqualTo(422);
        assertThat(kafka("dr-third.")).anyMatch(name -> name.startsWith("topic dr-third."));

        assertThat(api.call("DELETE", "/deployments/third", null).code()).isEqualTo(202);
        for (int kill = 0; kill < kills; kill++) {
            killTenantManager(kill);
        }
        api.until("/deployments/third", 404);
        await().atMost(PATIENCE)
                .until(() -> in.quorum.ok("get", "ns", "dr-third", "--ignore-not-found").isEmpty());
        assertThat(kafka("dr-third.")).isEmpty();
    }

    @Test
    @Order(9)
    void a_deployment_that_is_made_of_objects_is_one_like_any_other() {
        in.quorum.apply(
                """
                apiVersion: v1
                kind: Namespace
                metadata:
                  name: dr-git
                  labels: {siterecovery.trilio.io/deployment: git}
                  annotations: {siterecovery.trilio.io/allowed-cidrs: 127.0.0.0/8}
                """);
        for (String secret : List.of("primary-kubeconfig", "dr-kubeconfig")) {
            in.quorum.apply(
                    in.quorum
                            .ok("get", "secret", secret, "-n", "dr-prod", "-o", "yaml")
                            .replace("namespace: dr-prod", "namespace: dr-git")
                            .replaceAll("(?m)^  (uid|resourceVersion|creationTimestamp): .*$", ""));
        }
        in.quorum.apply(
                """
                apiVersion: siterecovery.trilio.io/v1alpha1
                kind: ProtectionZone
                metadata: {name: git, namespace: dr-git}
                spec:
                  primary: {name: here}
                  dr: {name: there}
                  namespaces: [git]
                """);
        api.untilPhase("git", "Active");
        in.quorum.ok("delete", "pz", "git", "-n", "dr-git", "--timeout=60s");
        api.until("/deployments/git", 404);
        assertThat(in.quorum.ok("get", "ns", "dr-git", "-o", "name")).contains("dr-git");
        assertThat(in.quorum.ok("get", "secret", "-n", "dr-git", "-o", "name"))
                .doesNotContain("kafka-");
        await().atMost(PATIENCE).until(() -> kafka("dr-git.").isEmpty());
    }

    /** Claims, copies and fence of its groups go with a deployment; its VMs run on. */
    @Test
    @Order(10)
    void a_deployment_that_is_removed_lets_its_groups_go_and_leaves_no_secret_behind()
            throws Exception {
        Set<String> secrets = secrets("dr-prod");
        assertThat(api.call("DELETE", PROD, null).code()).isEqualTo(202);
        api.until(PROD, 404);
        assertThat(kafka("dr-prod.")).isEmpty();
        assertThat(in.quorum.ok("get", "groupownerships", "-A", "-o", "name")).isEmpty();
        String vm = in.primary.ok("get", "vm", "group-1-vm-1", "-n", "production", "-o", "yaml");
        assertThat(vm).doesNotContain("siterecovery.trilio.io/claim");
        assertThat(FailoverWorld.phase(in.primary, "production", "group-1-vm-1"))
                .isEqualTo("Running");
        assertThat(in.dr.ok("get", "vm", "group-1-vm-1", "-n", "production", "--ignore-not-found"))
                .isEmpty();
        Path kubeconfig = in.world.kubeconfig("cluster3");
        for (String log : List.of("tenant-manager.log", "control-plane.log", "sandbox.log")) {
            Path file = kubeconfig.resolveSibling(log);
            String text = Files.exists(file) ? Files.readString(file) : "";
            assertThat(secrets).as(log).isNotEmpty().noneMatch(text::contains);
        }
    }

    private OnboardingApi as(String role) {
        return api.as(tokens.getOrDefault(role, ""));
    }

    private Answer rotate(String credential, String kubeconfig) throws IOException {
        ObjectNode body = JSON.createObjectNode();
        body.put("credential", credential).put("kubeconfig", kubeconfig);
        return api.post(PROD + "/credentials:rotate", JSON.writeValueAsString(body));
    }

    private void killTenantManager(int steps) {
        long pid = in.world.tenantManager().pid();
        // After as many lines of its log as it takes to be somewhere else each time.
        await().pollDelay(20L + 60L * steps, TimeUnit.MILLISECONDS).until(() -> true);
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        await().atMost(PATIENCE).until(() -> in.world.tenantManager().pid() != pid);
        await().atMost(PATIENCE).until(() -> api.get("/deployments").code() == 200);
    }

    private List<String> kafka(String prefix) throws Exception {
        List<String> found = new ArrayList<>();
        var admin = in.world.kafka().admin();
        admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
                .filter(topic -> topic.startsWith(prefix))
                .forEach(topic -> found.add("topic " + topic));
        admin.describeUserScramCredentials().all().get(20, TimeUnit.SECONDS).keySet().stream()
                .filter(user -> user.startsWith(prefix))
                .forEach(user -> found.add("user " + user));
        admin.describeAcls(AclBindingFilter.ANY).values().get(20, TimeUnit.SECONDS).stream()
                .filter(acl -> acl.entry().principal().startsWith("User:" + prefix))
                .forEach(acl -> found.add("right " + acl));
        return found;
    }

    private Set<String> secrets(String namespace) throws IOException {
        Set<String> found = new TreeSet<>();
        JsonNode list =
                JSON.readTree(in.quorum.ok("get", "secrets", "-n", namespace, "-o", "json"));
        for (JsonNode secret : list.path("items")) {
            JsonNode data = secret.path("data");
            if (data.has("password")) {
                found.add(decoded(data.path("password").asText()));
            }
            if (data.has("kubeconfig")) {
                String kubeconfig = decoded(data.path("kubeconfig").asText());
                for (String line : kubeconfig.lines().toList()) {
                    if (line.contains("client-key-data:") || line.contains("token:")) {
                        found.add(line.replaceFirst("^[^:]*: *", "").strip());
                    }
                }
            }
        }
        return found;
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    /** An account with a role in dr-prod; none if the role is empty. */
    private String hire(String role) {
        String account = role.isEmpty() ? "stranger" : "prod-" + role;
        in.quorum.ok("create", "serviceaccount", account, "-n", "default");
        if (!role.isEmpty()) {
            in.quorum.ok(
                    "create",
                    "rolebinding",
                    account,
                    "-n",
                    "dr-prod",
                    "--clusterrole=siterecovery-" + role,
                    "--serviceaccount=default:" + account);
        }
        return in.quorum.ok("create", "token", account, "-n", "default").strip();
    }

    private List<String> names(OnboardingApi caller) {
        List<String> names = new ArrayList<>();
        caller.get("/deployments")
                .json()
                .path("items")
                .forEach(item -> names.add(item.path("name").asText()));
        return names;
    }

    /** One like prod, with a name of its own and other namespaces. */
    private String order(String name) {
        ObjectNode order = JSON.createObjectNode().put("name", name);
        order.putArray("allowedCidrs").add("127.0.0.0/8");
        order.putArray("namespaces").add(name);
        ObjectNode clusters = order.putObject("clusters");
        for (String role : List.of("primary", "dr")) {
            String kubeconfig =
                    in.quorum.ok(
                            "get",
                            "secret",
                            role + "-kubeconfig",
                            "-n",
                            "dr-prod",
                            "-o",
                            "jsonpath={.data.kubeconfig}");
            clusters.putObject(role)
                    .put("name", role + "-of-" + name)
                    .put("kubeconfig", decoded(kubeconfig.strip()));
        }
        return order.toString();
    }

    private static ObjectNode parsed(String json) throws IOException {
        return (ObjectNode) JSON.readTree(json);
    }

    /**
     * An order that must be refused.
     *
     * @param pointer where the fault is; empty if that cannot be told
     */
    record Bad(String what, String body, String pointer) {}
}
