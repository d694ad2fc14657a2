package io.siterecovery.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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
    private static EmbeddedServer embedded;

    @BeforeAll
    static void start() throws Exception {
        embedded = new EmbeddedServer(dir);
    }

    @AfterAll
    static void stop() throws Exception {
        embedded.close();
    }

    @TestFactory
    Stream<DynamicTest> rows() {
        return Suite.rows().stream()
                .map(
                        row ->
                                DynamicTest.dynamicTest(
                                        row.title(), () -> row.check().run(embedded.target())));
    }

    @Test
    void no_row_is_too_new_for_the_embedded_server() {
        assertThat(Suite.rows()).allMatch(row -> row.sinceMinor() <= embedded.target().minor());
    }

    @Test
    void readme_shows_the_rows() throws Exception {
        Path readme = Path.of("..", "sandbox", "README.md");
        String text = Files.readString(readme);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        String written = text.substring(from, text.indexOf(END));
        if (Boolean.getBoolean("conformance.write")) {
            Files.writeString(readme, text.replace(written, Suite.table()));
            return;
        }
        assertThat(written).as("bin/conformance --table prints it").isEqualTo(Suite.table());
    }
}
