package io.siterecovery.tests.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A stand-in for drbdsetup with many resources of two peers each. It says what it is told, through
 * a named pipe, and so costs next to nothing itself.
 */
final class ToldDrbdsetup implements AutoCloseable {

    private static final List<String> PEERS = List.of("bravo", "charlie");

    private final Path script;
    private final Path pipe;
    private final List<String> names = new ArrayList<>();
    private OutputStream out = OutputStream.nullOutputStream();
    private long micros;

    ToldDrbdsetup(Path dir, int resources) throws IOException, InterruptedException {
        Files.createDirectories(dir);
        pipe = dir.resolve("pipe");
        if (new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor() != 0) {
            throw new IOException("no named pipe could be made in " + dir);
        }
        StringBuilder dump = new StringBuilder();
        for (int i = 0; i < resources; i++) {
            String name = "pvc-%08x-5d3c-4c0e-9a52-0242ac120002".formatted(i);
            names.add(name);
            dump(dump, name, i);
        }
        dump.append(at()).append("exists -\n");
        Files.writeString(dir.resolve("dump"), dump);
        Files.writeString(dir.resolve("show"), options());
        script =
                Files.writeString(
                        dir.resolve("drbdsetup"),
                        """
                        cd "$(dirname "$0")"
                        case " $* " in
                        *" --version "*) echo DRBDADM_VERSION_CODE=0x092200; echo DRBDADM_VERSION=9.34.0; exit ;;
                        *" show "*) exec cat show ;;
                        *" --now "*) exec cat dump ;;
                        esac
                        cat dump
                        exec cat pipe
                        """);
    }

    String command() {
        return "sh " + script;
    }

    List<String> names() {
        return names;
    }

    /** Blocks until the agent has started it. */
    void open() throws IOException {
        out = Files.newOutputStream(pipe);
    }

    /** Says one change of each of these resources: its promotion score is what is given. */
    void say(List<Integer> resources, List<Integer> scores) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < resources.size(); i++) {
            lines.append(at())
                    .append("change resource name:")
                    .append(names.get(resources.get(i)))
                    .append(
                            " role:Secondary suspended:no force-io-failures:no write-ordering:flush")
                    .append(" may_promote:no promotion_score:")
                    .append(scores.get(i))
                    .append('\n');
        }
        out.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Each event of the kernel has a time of its own. */
    private String at() {
        micros++;
        long seconds = micros / 1_000_000;
        return "2026-11-20T22:%02d:%02d.%06d+00:00 "
                .formatted(seconds / 60 % 60, seconds % 60, micros % 1_000_000);
    }

    private void dump(StringBuilder dump, String name, int index) {
        String at = at();
        dump.append(at)
                .append("exists resource name:" + name)
                .append(" role:Secondary suspended:no force-io-failures:no write-ordering:flush")
                .append(" may_promote:no promotion_score:0\n");
        for (int peer = 1; peer <= PEERS.size(); peer++) {
            dump.append(at)
                    .append("exists connection" + identity(name, peer) + " connection:Connected")
                    .append(" role:" + (peer == 1 ? "Primary" : "Secondary"))
                    .append(" congested:no ap-in-flight:0 rs-in-flight:0\n");
        }
        dump.append(at)
                .append("exists device name:" + name + " volume:0 minor:" + (1000 + index))
                .append(" backing_dev:/dev/vg/" + name + " disk:UpToDate client:no open:no")
                .append(" quorum:yes size:10485760 read:0 written:4096 al-writes:7 bm-writes:0")
                .append(" upper-pending:0 lower-pending:0 al-suspended:no blocked:no\n");
        for (int peer = 1; peer <= PEERS.size(); peer++) {
            dump.append(at)
                    .append("exists peer-device" + identity(name, peer) + " volume:0")
                    .append(" replication:Established peer-disk:UpToDate peer-client:no")
                    .append(" resync-suspended:no received:4096 sent:0 out-of-sync:0 pending:0")
                    .append(" unacked:0\n")
                    .append(at)
                    .append("exists path" + identity(name, peer))
                    .append(" local:ipv4:10.9.0.1:" + (7000 + index))
                    .append(" peer:ipv4:10.9.0." + (peer + 1) + ":" + (7000 + index))
                    .append(" established:yes\n");
        }
    }

    private static String identity(String name, int peer) {
        return " name:%s peer-node-id:%d conn-name:%s".formatted(name, peer, PEERS.get(peer - 1));
    }

    private String options() {
        List<String> all = new ArrayList<>();
        for (String name : names) {
            all.add(
                    """
                    {"resource":"%s","options":{"quorum":"majority","on-no-quorum":"io-error"},"connections":[
                    {"_peer_node_id":1,"net":{"protocol":"C","allow-two-primaries":false}},
                    {"_peer_node_id":2,"net":{"protocol":"C","allow-two-primaries":false}}]}"""
                            .formatted(name));
        }
        return "[" + String.join(",", all) + "]";
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
