package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchLinesTest {

    private static final byte[] TWO_LINES =
            "{\"a\":\"café 漢\"}\n\n{\"b\":\"😀\"}\n".getBytes(StandardCharsets.UTF_8);

    @Test
    void lines_are_whole_wherever_the_stream_is_cut() {
        for (int first = 0; first <= TWO_LINES.length; first++) {
            for (int second = first; second <= TWO_LINES.length; second++) {
                WatchLines lines = new WatchLines();
                List<String> read = new ArrayList<>();
                read.addAll(accept(lines, 0, first));
                read.addAll(accept(lines, first, second));
                read.addAll(accept(lines, second, TWO_LINES.length));
                assertThat(read).containsExactly("{\"a\":\"café 漢\"}", "{\"b\":\"😀\"}");
            }
        }
    }

    @Test
    void a_line_without_its_end_is_not_told() {
        WatchLines lines = new WatchLines();
        assertThat(accept(lines, 0, 10)).isEmpty();
    }

    @Test
    void a_line_has_a_limit() {
        WatchLines lines = new WatchLines();
        List<ByteBuffer> endless =
                List.of(ByteBuffer.allocate(WatchLines.MAX_LINE_BYTES), ByteBuffer.allocate(1));
        assertThatThrownBy(() -> lines.accept(endless)).isInstanceOf(KubernetesFailure.class);
    }

    private static List<String> accept(WatchLines lines, int from, int to) {
        return lines.accept(List.of(ByteBuffer.wrap(TWO_LINES, from, to - from))).stream()
                .map(line -> new String(line, StandardCharsets.UTF_8))
                .toList();
    }
}
