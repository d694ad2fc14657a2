package io.siterecovery.agent;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.agent.core.Replay;
import io.siterecovery.events.EventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code drbd-agent replay FILE…}: what recorded streams come to in the end, as JSON. */
final class Replaying {

    private static final int CHUNK_BYTES = 64 << 10;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** What belongs to the record that carries a state, not to the state. */
    private static final List<String> STAMPS =
            List.of("node", "resource", "incarnation", "sequence", "observedAt");

    static void run(List<Path> recordings, PrintStream out) throws IOException {
        Replay replay = new Replay();
        byte[] chunk = new byte[CHUNK_BYTES];
        for (Path recording : recordings) {
            replay.startAnew();
            try (InputStream in = Files.newInputStream(recording)) {
                for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                    replay.feed(chunk, n);
                }
            }
            replay.end();
        }
        out.println(JSON.writeValueAsString(result(replay)));
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
