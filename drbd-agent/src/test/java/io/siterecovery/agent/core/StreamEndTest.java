package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamEndTest {

    @Test
    void no_kernel_module_is_told_from_its_words() {
        assertThat(
                        end(
                                20,
                                "modprobe: FATAL: Module drbd not found in directory"
                                        + " /lib/modules/6.1.0",
                                "Failed to modprobe drbd (No such file or directory)"))
                .isInstanceOf(StreamEnd.NoKernelModule.class);
        assertThat(end(20, "Could not connect to 'drbd' generic netlink family"))
                .isInstanceOf(StreamEnd.NoKernelModule.class);
    }

    @Test
    void an_unloaded_module_ends_a_stream_with_121_or_says_so() {
        assertThat(end(121)).isEqualTo(new StreamEnd.ModuleUnloaded());
        assertThat(end(1, "all: module unloaded")).isEqualTo(new StreamEnd.ModuleUnloaded());
    }

    @Test
    void an_old_drbdsetup_does_not_understand() {
        assertThat(end(20, "events2: unrecognized option '--poll'"))
                .isInstanceOf(StreamEnd.NotUnderstood.class);
    }

    @Test
    void a_signal_a_closed_output_and_any_other_end() {
        assertThat(end(137)).isEqualTo(new StreamEnd.Killed(9));
        assertThat(end(143)).isEqualTo(new StreamEnd.Killed(15));
        assertThat(StreamEnd.of(Optional.empty(), List.of()))
                .isEqualTo(new StreamEnd.OutputClosed());
        assertThat(end(0)).isEqualTo(new StreamEnd.Exited(0, ""));
        assertThat(end(10, "oops").text()).contains("10").contains("oops");
    }

    private static StreamEnd end(int code, String... complaints) {
        return StreamEnd.of(Optional.of(code), List.of(complaints));
    }
}
