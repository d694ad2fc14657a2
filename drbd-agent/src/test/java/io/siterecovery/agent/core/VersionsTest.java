package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionsTest {

    /** As drbd-utils 9.34.0 printed it, with DRBD 9.2.18 in the kernel. */
    private static final String RECENT =
            """
            DRBDADM_BUILDTAG=GIT-hash:\\ 7fe34d56a7264cfc92fc5270471827bb3f7773e6\\ build
            DRBDADM_API_VERSION=2
            DRBD_KERNEL_VERSION_CODE=0x090212
            DRBD_KERNEL_VERSION=9.2.18
            DRBDADM_VERSION_CODE=0x092200
            DRBDADM_VERSION=9.34.0
            """;

    @Test
    void utils_and_kernel_are_told_apart() {
        Versions versions = Versions.read(RECENT);
        assertThat(versions.words())
                .containsEntry("drbd-utils", "9.34.0")
                .containsEntry("drbd-kernel", "9.2.18")
                .hasSize(2);
        assertThat(Dialect.of(versions)).isEqualTo(Dialect.FULL);
        assertThat(versions.showsDefaults()).isTrue();
    }

    @Test
    void a_kernel_without_drbd_has_no_version() {
        Versions versions = Versions.read("DRBD_KERNEL_VERSION_CODE=0x000000\n");
        assertThat(versions.words()).isEmpty();
        assertThat(versions.kernelCode()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0x092200, 0x090212, FULL",
        "0x091100, 0x090207, FULL",
        "0x091000, 0x090119, DELTAS",
        "0x090500, 0x090019, DELTAS",
        "0x092200, 0x08040b, DELTAS",
        "0x092200, 0x000000, FULL"
    })
    void each_version_is_asked_in_its_dialect(String utils, String kernel, Dialect dialect) {
        Versions versions =
                Versions.read(
                        "DRBD_KERNEL_VERSION_CODE=%s\nDRBDADM_VERSION_CODE=%s\n"
                                .formatted(kernel, utils));
        assertThat(Dialect.of(versions)).isEqualTo(dialect);
    }

    @Test
    void what_says_nothing_is_tried_as_a_new_one_and_believed_as_an_old_one() {
        for (String text :
                new String[] {"", "drbdadm: command not found", "DRBDADM_VERSION_CODE=x"}) {
            assertThat(Versions.read(text)).isEqualTo(Versions.UNKNOWN);
        }
        assertThat(Dialect.of(Versions.UNKNOWN)).isEqualTo(Dialect.FULL);
        assertThat(Versions.UNKNOWN.showsDefaults()).isFalse();
    }

    @Test
    void a_version_without_words_is_read_from_its_code() {
        assertThat(Versions.read("DRBDADM_VERSION_CODE=0x091600\n").words())
                .containsEntry("drbd-utils", "9.22.0");
    }
}
