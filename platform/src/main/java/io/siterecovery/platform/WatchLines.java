package io.siterecovery.platform;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a watch's body into lines before anything is decoded: a line break is one byte that is part
 * of no other character, so no buffer boundary can split a character for the reader.
 */
final class WatchLines {

    /** Far above the largest object that etcd takes. */
    static final int MAX_LINE_BYTES = 8 << 20;

    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();

    /** The lines that are complete with these buffers, without their line breaks or empty ones. */
    List<byte[]> accept(List<ByteBuffer> buffers) {
        List<byte[]> lines = new ArrayList<>();
        for (ByteBuffer buffer : buffers) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            accept(bytes, lines);
        }
        return lines;
    }

    private void accept(byte[] bytes, List<byte[]> lines) {
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                rest.write(bytes, start, i - start);
                start = i + 1;
                if (rest.size() > 0) {
                    lines.add(rest.toByteArray());
                    rest.reset();
                }
            }
        }
        rest.write(bytes, start, bytes.length - start);
        if (rest.size() > MAX_LINE_BYTES) {
            throw new KubernetesFailure(
                    KubernetesFailure.Reason.OTHER,
                    0,
                    "a watch event is larger than " + MAX_LINE_BYTES + " bytes");
        }
    }
}
