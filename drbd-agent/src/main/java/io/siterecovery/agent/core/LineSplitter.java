package io.siterecovery.agent.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts a byte stream into lines. What has no newline yet is not a line: a child that dies in the
 * middle of a word leaves nothing behind.
 */
public final class LineSplitter {

    /** Longer than any line of drbdsetup; what is longer is dropped whole. */
    public static final int LONGEST_LINE_BYTES = 64 << 10;

    private byte[] rest = new byte[0];
    private boolean dropping;
    private long dropped;

    public void feed(byte[] bytes, int length, Consumer<String> lines) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                line(bytes, start, i, lines);
                start = i + 1;
            }
        }
        keep(bytes, start, length);
    }

    /** Whether a line has begun that has not ended. */
    public boolean insideLine() {
        return rest.length > 0 || dropping;
    }

    /** Lines dropped for their length. */
    public long dropped() {
        return dropped;
    }

    private void line(byte[] bytes, int start, int end, Consumer<String> lines) {
        boolean whole = rest.length == 0 && end - start <= LONGEST_LINE_BYTES;
        if (!whole) {
            keep(bytes, start, end);
        }
        if (!dropping) {
            lines.accept(
                    whole
                            ? new String(bytes, start, end - start, StandardCharsets.UTF_8)
                            : new String(rest, StandardCharsets.UTF_8));
        }
        dropping = false;
        rest = new byte[0];
    }

    private void keep(byte[] bytes, int start, int end) {
        if (dropping || start == end) {
            return;
        }
        int length = rest.length + end - start;
        if (length > LONGEST_LINE_BYTES) {
            dropping = true;
            dropped++;
            rest = new byte[0];
            return;
        }
        byte[] joined = Arrays.copyOf(rest, length);
        System.arraycopy(bytes, start, joined, rest.length, end - start);
        rest = joined;
    }
}
