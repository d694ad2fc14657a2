package io.siterecovery.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The embedded API server passes every row, and its README says which there are. */
class ConformanceIT {
    private static final String BEGIN = "<!-- conformance rows -->\n";
    private static final String END = "<!-- end of conformance rows -->";

    @TempDir static Path dir;
    private static Vertx vertx;
    private static KubernetesApiServer server;
    private static Target target;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        server =
                KubernetesApiServer.start(
                        vertx, new KubernetesApiServer.Options("cluster1", dir, 0));
        target = new Target(server.kubeconfig("admin", "system:masters"), dir.resolve("kubectl"));
    }

    @AfterAll
    static void stop() throws Exception {
        target.close();
        server.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @TestFactory
    Stream<DynamicTest> rows() {
        return Suite.rows().stream()
                .map(row -> DynamicTest.dynamicTest(row.title(), () -> row.check().run(target)));
    }

    @Test
    void no_row_is_too_new_for_the_embedded_server() {
        assertThat(Suite.rows()).allMatch(row -> row.sinceMinor() <= target.minor());
    }

    @Test
    void readme_shows_the_rows() throws Exception {
        Path readme = Path.of("..", "sandbox", "README.md");
        String text = Files.readString(readme);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        String written = text.substring(from, text.indexOf(END));
        String due = Suite.table();
        if (Boolean.getBoolean("conformance.write")) {
            Files.writeString(readme, text.replace(written, due));
        } else {
            assertThat(written)
                    .as("-Dconformance.write=true on the test run writes it")
                    .isEqualTo(due);
        }
    }
}
