package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ControlPlaneCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void help_says_what_there_is_to_choose() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("--deployment=NAME", "isolation=dedicated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--deploy=prod", "prod", "--deployment", "--deployment=dr/prod"})
    void bad_arguments_are_named_and_nothing_starts(String argument) {
        assertThat(run(argument)).isEqualTo(2);
        assertThat(err.toString()).contains(argument.replaceFirst("^--deployment=", ""));
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void settings_that_are_missing_end_it_with_the_same_code() {
        assertThat(run("--deployment=prod")).isEqualTo(2);
    }

    private int run(String... args) {
        return new CommandLine(new ControlPlaneCommand(Map.of()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
