package io.siterecovery.sandbox.players;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the drbdsetup stand-ins. A stand-in sends one line {@code secret node pid ppid program
 * arguments…}; the answer begins with {@code stream} (raw text follows) or {@code once} (lines
 * {@code 1 text}, {@code 2 text} for stdout and stderr, then {@code rc n}).
 */
final class ControlServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    private final DrbdWorld world;
    private final String secret = UUID.randomUUID().toString();
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    ControlServer(DrbdWorld world) throws IOException {
        this.world = world;
        this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("drbd-control").start(this::accept);
    }

    @Override
    public void close() {
        closeQuietly(server);
        open.forEach(ControlServer::closeQuietly);
    }

    /**
     * Writes this node's drbdsetup and drbdadm; only this user may read them, they hold the secret.
     */
    Path install(String node, Path dir) {
        try (InputStream script =
                ControlServer.class.getResourceAsStream("/players/drbdsetup.sh")) {
            if (script == null) {
                throw new IllegalStateException("resource /players/drbdsetup.sh is missing");
            }
            String text =
                    new String(script.readAllBytes(), StandardCharsets.UTF_8)
                            .replace("@PORT@", Integer.toString(server.getLocalPort()))
                            .replace("@SECRET@", secret)
                            .replace("@NODE@", node);
            Path home = Files.createDirectories(dir.resolve(node)).toAbsolutePath();
            for (String program : List.of("drbdsetup", "drbdadm")) {
                // A stand-in of the same node may be starting from it right now.
                Path fresh = Files.createTempFile(home, program, ".new");
                Files.writeString(fresh, text);
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
                Files.move(fresh, home.resolve(program), StandardCopyOption.ATOMIC_MOVE);
            }
            return home.resolve("drbdsetup");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the drbdsetup stand-in of " + node, e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().name("drbdsetup").start(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    log.atWarn().setCause(e).log("cannot accept a drbdsetup");
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.UTF_8));
                var out =
                        new BufferedWriter(
                                new OutputStreamWriter(
                                        socket.getOutputStream(), StandardCharsets.UTF_8))) {
            socket.setTcpNoDelay(true);
            String hello = in.readLine();
            List<String> words = hello == null ? List.of() : List.of(hello.trim().split(" +"));
            if (words.size() < 5 || !words.getFirst().equals(secret)) {
                return;
            }
            endWith(words.get(2), socket);
            endWith(words.get(3), socket);
            String node = words.get(1);
            List<String> arguments = words.subList(5, words.size());
            boolean events = !arguments.isEmpty() && arguments.getFirst().equals("events2");
            if (words.get(4).equals("drbdsetup") && events) {
                events2(node, arguments.subList(1, arguments.size()), in, out);
            } else {
                once(DrbdCommand.run(world, node, words.get(4), arguments), out);
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("drbdsetup went away");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private void events2(String node, List<String> arguments, BufferedReader in, BufferedWriter out)
            throws IOException, InterruptedException {
        Optional<Events2Options> options = Events2Options.parse(arguments);
        if (options.isEmpty()) {
            once(DrbdCommand.usage(arguments), out);
            return;
        }
        Optional<EventStream> stream = world.stream(node, options.get());
        if (stream.isEmpty()) {
            once(DrbdCommand.off(), out);
            return;
        }
        out.write("stream\n");
        out.flush();
        EventStream lines = stream.get();
        Thread reader =
                Thread.ofVirtual()
                        .name("drbdsetup-stdin")
                        .start(() -> readCommands(node, lines, options.get(), in));
        try {
            for (List<String> next = lines.nextLines(); !next.isEmpty(); next = lines.nextLines()) {
                for (String line : next) {
                    out.write(line);
                    out.write('\n');
                }
                out.flush();
            }
        } finally {
            world.unsubscribe(node, lines);
            reader.interrupt();
        }
    }

    /** {@code n} asks for changes, a newline is nothing, anything else (or the end) ends it. */
    private void readCommands(
            String node, EventStream stream, Events2Options options, BufferedReader in) {
        try {
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c == 'n' && options.poll()) {
                    world.poll(node, stream, options);
                } else if (c != '\n') {
                    break;
                }
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("drbdsetup went away");
        }
        stream.end();
    }

    private static void once(DrbdCommand.Output output, BufferedWriter out) throws IOException {
        out.write("once\n");
        for (String line : output.stdout()) {
            out.write("1 " + line + "\n");
        }
        for (String line : output.stderr()) {
            out.write("2 " + line + "\n");
        }
        out.write("rc " + output.exitCode() + "\n");
        out.flush();
    }

    /** A stand-in must not outlive its own shell or whoever started it. */
    private static void endWith(String pid, Socket socket) {
        long number = Long.parseLong(pid);
        if (number != ProcessHandle.current().pid()) {
            Optional<ProcessHandle> process = ProcessHandle.of(number);
            if (process.isEmpty()) {
                closeQuietly(socket);
            } else {
                var _ = process.get().onExit().thenRun(() -> closeQuietly(socket));
            }
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            log.atDebug().setCause(e).log("already closed");
        }
    }
}
