package io.siterecovery.agent;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.agent.core.Replay;
import io.siterecovery.events.EventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** {@code drbd-agent replay FILE…}: what recorded streams come to in the end, as JSON. */
final class Replaying {

    private static final int CHUNK_BYTES = 64 << 10;
    private static final JsonMapper JSON = new JsonMapper();

    /** What belongs to the record that carries a state, not to the state. */
    private static final List<String> STAMPS =
            List.of("node", "resource", "incarnation", "sequence", "observedAt");

    /** A recording that is not there, or that cannot be read, by its name. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String recording, IOException cause) {
            super(recording + " cannot be read: " + reason(cause), cause);
        }

        private static String reason(IOException cause) {
            return switch (cause) {
                case NoSuchFileException _ -> "there is no such file";
                case AccessDeniedException _ -> "access is denied";
                default -> String.valueOf(cause.getMessage());
            };
        }
    }

    /**
     * @param recordings names of files; {@code -} stands for standard input
     */
    static void run(List<String> recordings, InputStream stdin, PrintStream out) throws Unreadable {
        Replay replay = new Replay();
        for (String recording : recordings) {
            replay.startAnew();
            try (InputStream in =
                    recording.equals("-") ? stdin : Files.newInputStream(Path.of(recording))) {
                feed(replay, in);
            } catch (IOException e) {
                throw new Unreadable(recording, e);
            }
            replay.end();
        }
        out.println(result(replay).toPrettyString());
    }

    private static void feed(Replay replay, InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            replay.feed(chunk, n);
        }
    }

    private static ObjectNode result(Replay replay) {
        ObjectNode result = JSON.createObjectNode();
        ObjectNode resources = result.putObject("resources");
        replay.states()
                .forEach(
                        (name, state) -> {
                            ObjectNode tree = (ObjectNode) EventCodec.tree(state);
                            tree.remove(STAMPS);
                            resources.set(name, tree);
                        });
        result.put("lines", replay.lines());
        result.put("unparsed", replay.unparsed().total());
        result.set("unknownKeys", JSON.valueToTree(replay.strange().keys()));
        result.set("unknownWords", JSON.valueToTree(replay.strange().words()));
        result.put("complete", replay.view().complete());
        result.set("unparsedShapes", JSON.valueToTree(replay.unparsed().counts()));
        return result;
    }

    private Replaying() {}
}
