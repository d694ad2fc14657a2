package io.siterecovery.agent.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Cuts a byte stream into lines. What has no newline yet is not a line: a child that dies in the
 * middle of a word leaves nothing behind.
 */
public final class LineSplitter {

    /** Hears of each line, in order. */
    public interface Lines {
        void line(String line);

        /** A line was too long to be one of drbdsetup, and was dropped. */
        void tooLong();
    }

    /** Longer than any line of drbdsetup; what is longer is dropped whole. */
    public static final int LONGEST_LINE_BYTES = 64 << 10;

    private byte[] rest = new byte[0];
    private boolean dropping;

    public void feed(byte[] bytes, int length, Lines lines) {
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

    private void line(byte[] bytes, int start, int end, Lines lines) {
        boolean whole = rest.length == 0 && end - start <= LONGEST_LINE_BYTES;
        if (!whole) {
            keep(bytes, start, end);
        }
        if (dropping) {
            lines.tooLong();
        } else {
            lines.line(
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
            rest = new byte[0];
            return;
        }
        byte[] joined = Arrays.copyOf(rest, length);
        System.arraycopy(bytes, start, joined, rest.length, end - start);
        rest = joined;
    }
}
