package io.siterecovery.reader;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the reader's credential comes from. A password is never an argument of a command. */
final class Access {

    private static final String SECRET = "kafka-reader";
    private static final int MAX_FILE_BYTES = 256 << 10;
    private static final int KUBECTL_SECONDS = 30;

    /** From the Secret that every deployment has, by kubectl. */
    static final class Cluster {

        @Option(
                names = "--kubeconfig",
                paramLabel = "FILE",
                description =
                        "Of the quorum cluster, where the Secret kafka-reader in dr-<deployment> has"
                                + " the credential; default: kubectl's own.")
        private @Nullable Path kubeconfig;

        boolean isGiven() {
            return kubeconfig != null;
        }

        Map<String, Object> credential(String deployment) throws IOException, InterruptedException {
            String namespace = "dr-" + deployment;
            JsonNode data = new ObjectMapper().readTree(secret(namespace)).path("data");
            String where = "the Secret " + namespace + "/" + SECRET;
            return settings(
                    required(data, "bootstrap.servers", where),
                    required(data, "security.protocol", where),
                    required(data, "user", where),
                    required(data, "password", where),
                    decoded(data, "ca.crt"));
        }

        private byte[] secret(String namespace) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of("kubectl", "get", "secret", SECRET));
            command.addAll(List.of("--namespace", namespace, "--output", "json"));
            if (kubeconfig != null) {
                command.addAll(List.of("--kubeconfig", kubeconfig.toString()));
            }
            Process kubectl;
            try {
                kubectl = new ProcessBuilder(command).start();
            } catch (IOException e) {
                throw new IOException("kubectl is needed on the PATH: " + e.getMessage(), e);
            }
            kubectl.getOutputStream().close();
            CompletableFuture<String> complaint =
                    CompletableFuture.supplyAsync(() -> text(kubectl));
            CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> bytes(kubectl));
            if (!kubectl.waitFor(KUBECTL_SECONDS, TimeUnit.SECONDS)) {
                kubectl.destroyForcibly();
                throw new IOException("kubectl did not answer within " + KUBECTL_SECONDS + " s");
            }
            if (kubectl.exitValue() != 0) {
                throw new IOException("kubectl: " + Event.harmless(complaint.join().strip()));
            }
            return answer.join();
        }

        private static String text(Process kubectl) {
            try {
                return new String(
                        kubectl.getErrorStream().readNBytes(2_000), StandardCharsets.UTF_8);
            } catch (IOException e) {
                return "";
            }
        }

        private static byte[] bytes(Process kubectl) {
            try {
                return kubectl.getInputStream().readNBytes(4 * MAX_FILE_BYTES);
            } catch (IOException e) {
                return new byte[0];
            }
        }
    }

    /** From options and files. */
    static final class Given {

        @Option(
                names = "--bootstrap",
                required = true,
                paramLabel = "HOST:PORT[,…]",
                description = "The brokers.")
        private String bootstrap = "";

        @Option(
                names = "--user",
                required = true,
                paramLabel = "NAME",
                description = "Its SCRAM-SHA-512 user.")
        private String user = "";

        @Option(
                names = "--password-file",
                required = true,
                paramLabel = "FILE",
                description = "A file with the password and nothing else.")
        private Path passwordFile = Path.of("");

        @Option(
                names = "--security-protocol",
                paramLabel = "NAME",
                description = "SASL_SSL (default) or SASL_PLAINTEXT.")
        private String securityProtocol = "SASL_SSL";

        @Option(
                names = "--ca-file",
                paramLabel = "FILE",
                description = "PEM file with the brokers' authority; default: the JDK's own.")
        private @Nullable Path caFile;

        Map<String, Object> credential() throws IOException {
            return settings(
                    bootstrap,
                    securityProtocol,
                    user,
                    read(passwordFile).strip(),
                    caFile == null ? "" : read(caFile));
        }

        private static String read(Path file) throws IOException {
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                throw new IOException("cannot read the file " + file);
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IOException("larger than " + MAX_FILE_BYTES + " bytes: " + file);
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Object> settings(
            String bootstrap, String protocol, String user, String password, String authority) {
        if (!protocol.equals("SASL_SSL") && !protocol.equals("SASL_PLAINTEXT")) {
            throw new IllegalArgumentException(
                    "security protocol SASL_SSL or SASL_PLAINTEXT is expected, not "
                            + Event.harmless(protocol));
        }
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("security.protocol", protocol);
        settings.put("sasl.mechanism", "SCRAM-SHA-512");
        settings.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\""
                                .formatted(quoted(user))
                        + " password=\"%s\";".formatted(quoted(password)));
        if (!authority.isEmpty()) {
            settings.put("ssl.truststore.type", "PEM");
            settings.put("ssl.truststore.certificates", authority);
        }
        return settings;
    }

    private static String required(JsonNode data, String key, String where) {
        String value = decoded(data, key).strip();
        if (value.isEmpty()) {
            throw new IllegalArgumentException(where + " has no " + key);
        }
        return value;
    }

    private static String decoded(JsonNode data, String key) {
        return new String(
                Base64.getDecoder().decode(data.path(key).asText()), StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private Access() {}
}
