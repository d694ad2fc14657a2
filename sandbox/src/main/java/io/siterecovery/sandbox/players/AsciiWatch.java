package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites watch bodies to ASCII JSON. Without it one non-ASCII character in a watched object ends
 * that informer silently, because fabric8 decodes each buffer by itself and keeps its padding.
 */
final class AsciiWatch implements Interceptor {

    @Override
    public AsyncBody.Consumer<List<ByteBuffer>> consumer(
            AsyncBody.Consumer<List<ByteBuffer>> next, HttpRequest request) {
        String query = request.uri().getRawQuery();
        if (query == null || !query.contains("watch=true")) {
            return next;
        }
        var escape = new Escape();
        return (buffers, body) -> {
            var ascii = new ArrayList<ByteBuffer>(buffers.size());
            buffers.forEach(b -> ascii.add(escape.apply(b)));
            next.consume(ascii, body);
        };
    }

    /** One body: a character may begin in one buffer and end in the next. */
    private static final class Escape {
        private final CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private ByteBuffer rest = ByteBuffer.allocate(0);

        ByteBuffer apply(ByteBuffer buffer) {
            ByteBuffer bytes = ByteBuffer.allocate(rest.remaining() + buffer.remaining());
            bytes.put(rest).put(buffer).flip();
            CharBuffer chars = CharBuffer.allocate(bytes.remaining() + 1);
            decoder.decode(bytes, chars, false);
            rest = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
            var text = new StringBuilder(chars.position() + 16);
            chars.flip().chars().forEach(c -> append(text, (char) c));
            return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
        }

        private static void append(StringBuilder text, char c) {
            if (c < 128) {
                text.append(c);
            } else {
                text.append("\\u%04x".formatted((int) c));
            }
        }
    }
}
