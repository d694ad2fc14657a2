package io.siterecovery.sandbox.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {

    @TempDir Path temporary;

    @Test
    void folder_of_an_earlier_run_is_emptied_and_readable_by_its_owner_only() throws IOException {
        Path folder = temporary.resolve("a/b");
        try (StateFolder state = StateFolder.take(folder)) {
            state.write("kafka/log/old", "old");
        }
        try (StateFolder state = StateFolder.take(folder)) {
            assertThat(state.resolve("kafka")).doesNotExist();
            assertThat(Files.getPosixFilePermissions(folder))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void folder_with_files_of_others_is_left_alone() throws IOException {
        Files.writeString(temporary.resolve("thesis.txt"), "mine");
        assertThatThrownBy(() -> StateFolder.take(temporary))
                .isInstanceOf(QuickstartFailure.class)
                .hasMessageContaining("--state");
        assertThat(temporary.resolve("thesis.txt")).hasContent("mine");
    }
}
