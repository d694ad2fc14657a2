package io.siterecovery.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Bad input is told in one line that says what to do, and nothing is connected to. */
class ArgumentsTest {

    private record Ended(int code, String error) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | Missing required parameter: 'DEPLOYMENT'",
                "Prod | not the name of a deployment: Prod",
                "../prod | not the name of a deployment",
                "prod --from now | --from now prints nothing without --follow",
                "prod --from yesterday | Invalid value for option '--from'",
                "prod --topic poisson | Invalid value for option '--topic'",
                "prod -o yaml | Invalid value for option '--output'",
                "prod --bootstrap b:1 | Missing required argument",
                "prod --bootstrap b:1 --user u --password p | Unknown option",
                "prod --kubeconfig k --bootstrap b:1 --user u --password-file f | one of them",
            })
    void wrong_use_is_2(String arguments, String said) {
        Ended ended = run(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1));
        assertThat(ended.error()).contains(said);
        assertThat(ended.code()).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    @Test
    void a_password_file_that_cannot_be_read_is_named() {
        Ended ended =
                run("prod", "--bootstrap", "b:1", "--user", "u", "--password-file", "/no/such");
        assertThat(ended.error()).isEqualTo("bin/events: cannot read the file /no/such\n");
        assertThat(ended.code()).isEqualTo(1);
    }

    @Test
    void a_protocol_without_a_login_is_refused(@TempDir Path dir) throws IOException {
        Path password = Files.writeString(dir.resolve("password"), "hidden\n");
        Ended ended =
                run(
                        "prod",
                        "--bootstrap",
                        "127.0.0.1:1",
                        "--user",
                        "u",
                        "--password-file",
                        password.toString(),
                        "--security-protocol",
                        "PLAINTEXT");
        assertThat(ended.error()).contains("SASL_SSL or SASL_PLAINTEXT is expected");
        assertThat(ended.code()).isEqualTo(1);
    }

    private static Ended run(String... arguments) {
        StringWriter error = new StringWriter();
        var out = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        int code =
                Events.commandLine(new Events(out))
                        .setErr(new PrintWriter(error))
                        .execute(arguments);
        return new Ended(code, error.toString());
    }
}
