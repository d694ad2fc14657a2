package io.siterecovery.sandbox.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.FaultHandlerFactory;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.fault.LoggingFaultHandler;

/**
 * A real Kafka broker and controller in this process, on loopback, with SCRAM users and ACLs, so
 * that everything that works here works against a cluster. What it stores survives a restart on the
 * same folder.
 *
 * <p>It is put together from Kafka's own server classes, which are not a public API: nothing else
 * in the project may touch them.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final Duration SHUTDOWN = Duration.ofSeconds(10);

    private final BrokerServer broker;
    private final ControllerServer controller;
    private final int port;
    private final String adminPassword;
    private final Admin admin;
    private final KafkaAccess access;

    private EmbeddedKafka(BrokerServer broker, ControllerServer controller, String adminPassword) {
        this.broker = broker;
        this.controller = controller;
        this.adminPassword = adminPassword;
        this.port = broker.boundPort(ListenerName.normalised(BrokerSettings.CLIENT_LISTENER));
        this.admin = Admin.create(Map.<String, Object>copyOf(adminProperties()));
        this.access = new KafkaAccess(admin);
    }

    /**
     * Starts and waits until clients are served.
     *
     * @param dir created if absent; one that another run left is taken over with its data
     * @param port of the client listener; 0 for any
     */
    public static EmbeddedKafka start(Path dir, int port) {
        try {
            Files.createDirectories(dir);
            return start(dir, port, adminPassword(dir));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start Kafka in " + dir, e);
        }
    }

    private static EmbeddedKafka start(Path dir, int port, String adminPassword)
            throws IOException {
        Path log = dir.resolve("log");
        if (!Files.exists(log.resolve("meta.properties"))) {
            format(log, adminPassword);
        }
        MetaPropertiesEnsemble stored =
                new MetaPropertiesEnsemble.Loader()
                        .addLogDirs(List.of(log.toString()))
                        .addMetadataLogDir(log.toString())
                        .load();

        // Bound by us and handed over, so that no other process can take the port in between.
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            socket.bind(new InetSocketAddress(loopback(), 0));
            socket.configureBlocking(false);
            return start(log, port, adminPassword, stored, socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static EmbeddedKafka start(
            Path log,
            int port,
            String adminPassword,
            MetaPropertiesEnsemble stored,
            ServerSocketChannel controllerSocket)
            throws IOException {
        int controllerPort = ((InetSocketAddress) controllerSocket.getLocalAddress()).getPort();
        ServerSocketFactory sockets =
                (listener, address, backlog, buffer) ->
                        address.getPort() == controllerPort
                                ? controllerSocket
                                : ServerSocketFactory.INSTANCE.openServerSocket(
                                        listener, address, backlog, buffer);
        // The default handler ends the whole JVM, which here holds much more than a broker.
        FaultHandlerFactory faults = (name, fatal, action) -> new LoggingFaultHandler(name, action);
        SharedServer shared =
                new SharedServer(
                        new KafkaConfig(
                                BrokerSettings.of(
                                        log,
                                        port,
                                        controllerPort,
                                        adminPassword,
                                        Uuid.randomUuid().toString()),
                                false),
                        stored,
                        Time.SYSTEM,
                        new Metrics(),
                        CompletableFuture.completedFuture(
                                Map.of(1, new InetSocketAddress(loopback(), controllerPort))),
                        List.of(),
                        faults,
                        sockets);
        ControllerServer controller =
                new ControllerServer(
                        shared, KafkaRaftServer.configSchema(), bootstrapMetadata(log));
        BrokerServer broker = new BrokerServer(shared);
        try {
            controller.startup();
            broker.startup();
            return new EmbeddedKafka(broker, controller, adminPassword);
        } catch (RuntimeException e) {
            broker.shutdown(Duration.ZERO);
            controller.shutdown();
            throw e;
        }
    }

    private static InetAddress loopback() throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    private static BootstrapMetadata bootstrapMetadata(Path log) throws IOException {
        try {
            return new BootstrapDirectory(log.toString()).read();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot read " + log, e);
        }
    }

    private static void format(Path log, String adminPassword) throws IOException {
        Formatter formatter =
                new Formatter()
                        .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false))
                        .setClusterId(Uuid.randomUuid().toString())
                        .setNodeId(1)
                        .setDirectories(List.of(log.toString()))
                        .setMetadataLogDirectory(log.toString())
                        .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                        .setReleaseVersion(MetadataVersion.latestProduction())
                        .setUnstableFeatureVersionsEnabled(false)
                        .setIgnoreFormatted(true)
                        .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
                        .setScramArguments(
                                List.of(
                                        "SCRAM-SHA-512=[name=%s,password=%s]"
                                                .formatted(BrokerSettings.ADMIN, adminPassword)));
        try {
            formatter.run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot format " + log, e);
        }
    }

    private static String adminPassword(Path dir) throws IOException {
        Path file = dir.resolve("admin-password");
        if (!Files.exists(file)) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, Uuid.randomUuid().toString(), StandardCharsets.UTF_8);
        }
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    /** {@code 127.0.0.1:<port>}. */
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** What a client of this user needs: {@code bootstrap.servers} and the SASL settings. */
    public Map<String, String> clientProperties(String user, String password) {
        return BrokerSettings.client(bootstrap(), user, password);
    }

    /** The same for the super user. */
    public Map<String, String> adminProperties() {
        return clientProperties(BrokerSettings.ADMIN, adminPassword);
    }

    /** A client of the super user, closed with this broker. */
    public Admin admin() {
        return admin;
    }

    /** Creates a user or changes its password; on return the user can log in. */
    public void createUser(String user, String password) {
        access.createUser(user, password, clientProperties(user, password));
    }

    /** Creates a topic unless it exists; on return it can be written. */
    public void createTopic(String name, boolean compacted, int partitions) {
        access.createTopic(name, compacted, partitions);
    }

    /** Allows a user something, from any host; on return the broker grants it. */
    public void allow(String user, ResourcePattern pattern, AclOperation... operations) {
        access.allow(user, pattern, Set.of(operations));
    }

    /** Stops it; the data stay. */
    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
        broker.shutdown(SHUTDOWN);
        controller.shutdown();
        broker.awaitShutdown();
        controller.awaitShutdown();
    }
}
