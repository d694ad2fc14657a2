package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KubeconfigReaderTest {

    private static final String SECRET = "s3cr3t-marker";

    @TempDir static Path dir;
    private static TestAuthority authority;
    private static String good;

    @BeforeAll
    static void makeOne() throws Exception {
        authority = new TestAuthority(dir);
        good =
                """
                apiVersion: v1
                kind: Config
                preferences: {}
                clusters:
                - name: c
                  cluster:
                    server: https://10.0.0.1:6443
                    certificate-authority-data: CA
                users:
                - name: u
                  user:
                    token: s3cr3t-marker
                contexts:
                - name: x
                  context:
                    cluster: c
                    user: u
                    namespace: default
                current-context: x
                """
                        .replace("CA\n", base64(authority.certificatePem()) + "\n");
    }

    @Test
    void takes_address_authority_and_token() throws Exception {
        Kubeconfig read = read(good);
        assertThat(read.server()).isEqualTo(URI.create("https://10.0.0.1:6443"));
        assertThat(read.certificateAuthority()).isEqualTo(authority.certificatePem());
        assertThat(read.credential()).isEqualTo(new Kubeconfig.Credential.Token(SECRET));
        assertThat(read.toString()).doesNotContain(SECRET);
    }

    @Test
    void takes_a_client_certificate_with_its_key() throws Exception {
        Kubeconfig read = read(withCertificate());
        assertThat(read.credential())
                .isEqualTo(
                        new Kubeconfig.Credential.ClientCertificate(
                                authority.certificatePem(), authority.keyPem()));
        assertThat(read.toString()).doesNotContain(authority.keyPem().lines().toList().get(1));
    }

    @Test
    void json_is_taken_as_well() throws Exception {
        String json =
                "{\"apiVersion\":\"v1\",\"kind\":\"Config\",\"clusters\":[{\"name\":\"c\",\"cluster\":"
                        + "{\"server\":\"https://h\",\"certificate-authority-data\":\""
                        + base64(authority.certificatePem())
                        + "\"}}],\"users\":[{\"name\":\"u\",\"user\":{\"token\":\"t\"}}],\"contexts\":"
                        + "[{\"name\":\"x\",\"context\":{\"cluster\":\"c\",\"user\":\"u\"}}]}";
        assertThat(read(json).server()).isEqualTo(URI.create("https://h"));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                row(
                        "an exec plugin",
                        "    token: s3cr3t-marker",
                        "    exec: {command: id}",
                        "exec"),
                row(
                        "an exec plugin beside a token",
                        "    token: s3cr3t-marker",
                        "    token: s3cr3t-marker\n    exec: {command: id}",
                        "key exec of user"),
                row(
                        "a file with the key",
                        "    token: s3cr3t-marker",
                        "    client-key: /dev/zero",
                        "key client-key of user"),
                row(
                        "a file with the token",
                        "    token: s3cr3t-marker",
                        "    tokenFile: /etc/passwd",
                        "key tokenFile of user"),
                row(
                        "an auth provider",
                        "    token: s3cr3t-marker",
                        "    auth-provider: {name: oidc}",
                        "key auth-provider of user"),
                row(
                        "user and password",
                        "    token: s3cr3t-marker",
                        "    username: a\n    password: b",
                        "key username of user"),
                row(
                        "impersonation",
                        "    token: s3cr3t-marker",
                        "    token: s3cr3t-marker\n    as: admin",
                        "key as of user"),
                row(
                        "a proxy",
                        "    server: https://10.0.0.1:6443",
                        "    server: https://h\n    proxy-url: http://127.0.0.1:1",
                        "key proxy-url of cluster"),
                row(
                        "no verification",
                        "    server: https://10.0.0.1:6443",
                        "    server: https://h\n    insecure-skip-tls-verify: true",
                        "key insecure-skip-tls-verify of cluster"),
                row(
                        "another server name",
                        "    server: https://10.0.0.1:6443",
                        "    server: https://h\n    tls-server-name: other",
                        "key tls-server-name of cluster"),
                row(
                        "plain http",
                        "https://10.0.0.1:6443",
                        "http://10.0.0.1:6443",
                        "https://<host>"),
                row("no host", "https://10.0.0.1:6443", "https:///x", "https://<host>"),
                row("a user in the address", "https://10", "https://me:pw@10", "https://<host>"),
                row("a query", "10.0.0.1:6443", "10.0.0.1:6443/?a=b", "https://<host>"),
                row("no address", "https://10.0.0.1:6443", "\"not an address\"", "address"),
                row("no token", "    token: s3cr3t-marker", "    token: ''", "token"),
                row(
                        "a line break in the token",
                        "    token: s3cr3t-marker",
                        "    token: \"s3cr3t-marker\\r\\nX: y\"",
                        "token"),
                row("no credential", "    token: s3cr3t-marker", "    {}", "either token"),
                row(
                        "a key that is none",
                        "    token: s3cr3t-marker",
                        "    client-certificate-data: CERT\n    client-key-data: czNjcjN0LW1hcmtlcg==",
                        "client-key-data is not a PEM private key"),
                row("no Base64", "authority-data: LS0", "authority-data: '!!!'#", "not Base64"),
                row("no certificate", "authority-data: LS0", "authority-data: AAAA #", "PEM"),
                row("an anchor", "  user:\n", "  user: &a\n", "anchors"),
                row("an alias", "current-context: x", "current-context: *a", "aliases"),
                row("a tag", "    token: s3cr3t", "    token: !!str s3cr3t", "tags"),
                row(
                        "a tag that makes an object",
                        "preferences: {}",
                        "preferences: !!javax.script.ScriptEngineManager []",
                        "tags"),
                row(
                        "a key given twice",
                        "    token: s3cr3t-marker",
                        "    token: s3cr3t-marker\n    token: other",
                        "duplicate key token"),
                row("a merge key", "preferences: {}", "<<: {a: b}", "key << of kubeconfig"),
                row("preferences", "preferences: {}", "preferences: {colors: true}", "colors"),
                row("extensions", "preferences: {}", "extensions: []", "key extensions"),
                row("another context", "current-context: x", "current-context: y", "not x"),
                row("another cluster", "    cluster: c", "    cluster: d", "not c"),
                row("another user", "    user: u", "    user: v", "not u"),
                row("another kind", "kind: Config", "kind: Pod", "not Config"),
                row("two documents", "current-context: x\n", "---\n", "one document"),
                row("no YAML", "kind: Config", "kind: [", "not YAML"),
                row(
                        "a key with control characters",
                        "preferences: {}",
                        "\"a\\e[31m\": b",
                        "key a?[31m of"));
    }

    private static Arguments row(String what, String replace, String by, String reason) {
        return Arguments.of(what, replace, by, reason);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String what, String replace, String by, String reason) {
        String text =
                good.replaceFirst(
                        java.util.regex.Pattern.quote(replace),
                        java.util.regex.Matcher.quoteReplacement(
                                by.replace("CERT", base64(authority.certificatePem()))));
        assertThat(text).isNotEqualTo(good);
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(Kubeconfig.Refused.class)
                .hasMessageContaining(reason)
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void two_contexts_are_refused() {
        String text =
                good.replace(
                        "contexts:\n", "contexts:\n- name: y\n  context: {cluster: c, user: u}\n");
        assertThatThrownBy(() -> read(text)).hasMessageContaining("contexts must have exactly one");
    }

    @Test
    void depth_and_size_have_limits_that_cost_nothing() {
        assertThatThrownBy(() -> read("[".repeat(60_000)))
                .isInstanceOf(Kubeconfig.Refused.class)
                .hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> read("{a: ".repeat(15_000)))
                .isInstanceOf(Kubeconfig.Refused.class)
                .hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> read("#".repeat(70_000)))
                .isInstanceOf(Kubeconfig.Refused.class)
                .hasMessageContaining("larger than");
    }

    @Test
    void what_is_no_text_is_refused() {
        byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
        bytes[3] = (byte) 0xff;
        assertThatThrownBy(() -> KubeconfigReader.read(bytes)).hasMessage("not UTF-8");
        assertThatThrownBy(() -> read("")).isInstanceOf(Kubeconfig.Refused.class);
        assertThatThrownBy(() -> read("just a text")).isInstanceOf(Kubeconfig.Refused.class);
    }

    private static String withCertificate() {
        return good.replace(
                "    token: s3cr3t-marker",
                "    client-certificate-data: "
                        + base64(authority.certificatePem())
                        + "\n    client-key-data: "
                        + base64(authority.keyPem()));
    }

    private static Kubeconfig read(String text) throws Kubeconfig.Refused {
        return KubeconfigReader.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
