package io.siterecovery.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/**
 * The API server that rows look at, as its administrator. All that a run makes there carries the
 * run's own names, and goes when the run ends.
 */
public final class Target implements AutoCloseable {
    /** For whatever takes a server a moment, such as a new policy or definition. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final int RUN_BOUND = 1 << 24;

    private final Access access;
    private final Path dir;
    private final RawApi admin;
    private final Kubectl kubectl;
    private final int minor;
    private final String run =
            "c" + Integer.toHexString(ThreadLocalRandom.current().nextInt(RUN_BOUND));
    private final Set<String> installed = new HashSet<>();
    private final Deque<String> toDelete = new ArrayDeque<>();

    /**
     * @param kubeconfig of an administrator, with its data inside
     * @param dir a folder for kubectl
     */
    public Target(String kubeconfig, Path dir)
            throws IOException, GeneralSecurityException, InterruptedException {
        access = new Access(kubeconfig);
        this.dir = dir;
        Files.createDirectories(dir);
        admin = access.own(HttpClient.Version.HTTP_2);
        kubectl = new Kubectl(dir, "admin.kubeconfig", kubeconfig);
        String version = admin.get("/version").json().path("minor").asText("0");
        minor = Integer.parseInt(version.replaceAll("\\D", ""));
    }

    public String server() {
        return access.server();
    }

    public int minor() {
        return minor;
    }

    public RawApi api() {
        return admin;
    }

    public Kubectl kubectl() {
        return kubectl;
    }

    public Path dir() {
        return dir;
    }

    public RawApi over(HttpClient.Version version) throws IOException, GeneralSecurityException {
        return access.own(version);
    }

    /**
     * @param token nobody's if empty
     */
    public RawApi bearing(String token) throws IOException, GeneralSecurityException {
        return access.bearing(token);
    }

    public Kubectl kubectlBearing(String name, String token) throws IOException {
        return new Kubectl(dir, name + ".kubeconfig", access.kubeconfigBearing(token));
    }

    /** A name that nobody else uses. */
    public String named(String name) {
        return run + "-" + name;
    }

    /** A group for definitions of this run. */
    public String group() {
        return run + ".example.io";
    }

    /** Makes a namespace with the account that pods run as; answers its name. */
    public String namespace(String hint) throws IOException, InterruptedException {
        String name = named(hint);
        create("/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}");
        admin.post(
                "/api/v1/namespaces/" + name + "/serviceaccounts",
                "{\"metadata\":{\"name\":\"default\"}}");
        return name;
    }

    /** The path of the ConfigMaps of a new namespace. */
    public String maps(String hint) throws IOException, InterruptedException {
        return "/api/v1/namespaces/" + namespace(hint) + "/configmaps";
    }

    /** Creates a cluster-wide object that goes with the run. */
    public JsonNode create(String path, String json) throws IOException, InterruptedException {
        RawApi.Answer made = admin.post(path, json);
        assertThat(made.code()).as(made.text()).isEqualTo(201);
        toDelete.push(path + "/" + made.json().at("/metadata/name").asText());
        return made.json();
    }

    /** Installs definitions from a file beside the rows, once; their group is the run's own. */
    public void install(String resource) throws IOException, InterruptedException {
        if (!installed.add(resource)) {
            return;
        }
        for (String document : text(resource).split("\n---\n", -1)) {
            RawApi.Answer made = admin.write("POST", CRDS, "application/yaml", document);
            assertThat(made.code()).as(made.text()).isIn(201, 409);
            if (made.code() == 201) {
                String name = made.json().at("/metadata/name").asText();
                toDelete.push(CRDS + "/" + name);
                served(name, made.json());
            }
        }
    }

    private void served(String name, JsonNode definition) {
        JsonNode spec = definition.path("spec");
        String version = spec.at("/versions/0/name").asText();
        String path =
                "/apis/%s/%s/%s"
                        .formatted(
                                spec.path("group").asText(),
                                version,
                                spec.at("/names/plural").asText());
        eventually(
                () -> {
                    assertThat(admin.get(CRDS + "/" + name).text()).contains("Established");
                    assertThat(admin.get(path).code()).isEqualTo(200);
                });
    }

    /** A file beside the rows, with this run's group in place of {@code GROUP}. */
    public String text(String resource) throws IOException {
        try (var in = Target.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("GROUP", group());
        }
    }

    /** The path of the widgets of a namespace, whose definition is installed. */
    public String widgets(String namespace) throws IOException, InterruptedException {
        install("widgets-crd.yaml");
        return "/apis/" + group() + "/v1/namespaces/" + namespace + "/widgets";
    }

    public String widget(String name, String spec) {
        return "{\"apiVersion\":\"%s/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"%s\"},\"spec\":%s}"
                .formatted(group(), name, spec);
    }

    /** An account of a namespace with a token of its own, and what it may do nothing yet. */
    public Account account(String namespace, String name) throws Exception {
        String path = "/api/v1/namespaces/" + namespace + "/serviceaccounts";
        RawApi.Answer made = admin.post(path, "{\"metadata\":{\"name\":\"" + name + "\"}}");
        assertThat(made.code()).as(made.text()).isIn(201, 409);
        return new Account(namespace, name, token(namespace, name, "{}"));
    }

    /**
     * @param spec of the TokenRequest
     */
    public String token(String namespace, String account, String spec) throws Exception {
        RawApi.Answer answer =
                admin.post(
                        "/api/v1/namespaces/%s/serviceaccounts/%s/token"
                                .formatted(namespace, account),
                        "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":"
                                + spec
                                + "}");
        assertThat(answer.code()).as(answer.text()).isEqualTo(201);
        return answer.json().at("/status/token").asText();
    }

    /** A ServiceAccount and a token that speaks for it. */
    public record Account(String namespace, String name, String token) {
        public String user() {
            return "system:serviceaccount:%s:%s".formatted(namespace, name);
        }
    }

    /** Looks again until the assertion holds. */
    public static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
        await().atMost(PATIENCE).pollInterval(POLL).untilAsserted(assertion);
    }

    private static final Duration POLL = Duration.ofMillis(20);

    public static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() throws TimeoutException {
        while (!toDelete.isEmpty()) {
            try {
                admin.delete(toDelete.pop());
            } catch (IOException e) {
                // The server is gone, and with it what the run has made, or somebody cleans up.
                break;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        admin.close();
    }
}
