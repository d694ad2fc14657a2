package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {

    private final LineSplitter splitter = new LineSplitter();
    private final List<String> lines = new ArrayList<>();
    private int tooLong;

    @Test
    void however_the_bytes_are_cut_the_lines_are_the_same() {
        byte[] bytes = "exists -\nname:größe\n\nlast\n".getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size <= bytes.length; size++) {
            lines.clear();
            for (int start = 0; start < bytes.length; start += size) {
                feed(Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + size)));
            }
            assertThat(lines).containsExactly("exists -", "name:größe", "", "last");
            assertThat(splitter.insideLine()).isFalse();
        }
    }

    @Test
    void a_line_without_its_end_is_none() {
        feed("exists -\nchange resource name:r0 role:Prim".getBytes(StandardCharsets.UTF_8));
        assertThat(lines).containsExactly("exists -");
        assertThat(splitter.insideLine()).isTrue();
    }

    @Test
    void a_line_that_is_too_long_is_dropped_whole_and_the_next_is_read() {
        feed("a".repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
        feed("tail\nexists -\n".getBytes(StandardCharsets.UTF_8));
        assertThat(lines).containsExactly("exists -");
        assertThat(tooLong).isEqualTo(1);
    }

    @Test
    void a_line_that_is_too_long_is_dropped_also_when_it_comes_in_one_piece() {
        feed(("a".repeat(1 << 20) + "\nexists -\n").getBytes(StandardCharsets.UTF_8));
        assertThat(lines).containsExactly("exists -");
        assertThat(tooLong).isEqualTo(1);
    }

    private void feed(byte[] bytes) {
        splitter.feed(
                bytes,
                bytes.length,
                new LineSplitter.Lines() {
                    @Override
                    public void line(String line) {
                        lines.add(line);
                    }

                    @Override
                    public void tooLong() {
                        tooLong++;
                    }
                });
    }
}
