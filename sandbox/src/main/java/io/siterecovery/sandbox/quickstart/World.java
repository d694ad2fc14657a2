package io.siterecovery.sandbox.quickstart;

import io.siterecovery.agent.AgentConfig;
import io.siterecovery.agent.DrbdAgent;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import io.siterecovery.sandbox.players.Delays;
import io.siterecovery.sandbox.players.DrbdWorld;
import io.siterecovery.sandbox.players.WorkloadPlayers;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Three clusters with machines in them, Kafka, and the control plane: everything but the demo. */
final class World {

    private final QuickstartOptions options;
    private final Replicas replicas;
    private final Inhabitants inhabitants;
    private final Map<Role, List<AgentConfig>> agentConfigs = new EnumMap<>(Role.class);
    private final Map<Role, List<DrbdAgent>> agents = new EnumMap<>(Role.class);
    private final StateFolder state;
    private final Lifeline lifeline;
    private final Narrator narrator;
    private final Map<Role, SiteApi> apis = new EnumMap<>(Role.class);
    private @Nullable Clusters clusters;
    private @Nullable Ways ways;
    private @Nullable EmbeddedKafka kafka;
    private @Nullable DrbdWorld drbd;
    private @Nullable PlatformStaff staff;
    private @Nullable ServiceProcess tenantManager;
    private @Nullable ServiceProcess controlPlane;
    private @Nullable Function<String, ServiceProcess> another;

    private World(
            QuickstartOptions options,
            Replicas replicas,
            Inhabitants inhabitants,
            StateFolder state,
            Lifeline lifeline,
            Narrator narrator) {
        this.options = options;
        this.replicas = replicas;
        this.inhabitants = inhabitants;
        this.state = state;
        this.lifeline = lifeline;
        this.narrator = narrator;
    }

    static World start(
            QuickstartOptions options,
            Replicas replicas,
            Inhabitants inhabitants,
            StateFolder state,
            Lifeline lifeline,
            Narrator narrator,
            Path home) {
        World world = new World(options, replicas, inhabitants, state, lifeline, narrator);
        world.start(home);
        return world;
    }

    SiteApi api(Role role) {
        SiteApi api = apis.get(role);
        if (api == null) {
            throw new IllegalStateException("no " + role);
        }
        return api;
    }

    Clusters clusters() {
        return Objects.requireNonNull(clusters);
    }

    Ways ways() {
        return Objects.requireNonNull(ways);
    }

    EmbeddedKafka kafka() {
        return Objects.requireNonNull(kafka);
    }

    DrbdWorld drbd() {
        return Objects.requireNonNull(drbd);
    }

    ServiceProcess controlPlane() {
        return Objects.requireNonNull(controlPlane);
    }

    private void start(Path home) {
        Vertx vertx = Vertx.vertx();
        lifeline.hold(
                () ->
                        vertx.close()
                                .toCompletionStage()
                                .toCompletableFuture()
                                .get(5, TimeUnit.SECONDS));
        try (ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<EmbeddedKafka> kafkaStarts =
                    CompletableFuture.supplyAsync(
                            () -> lifeline.hold(EmbeddedKafka.start(state.subfolder("kafka"), 0)),
                            beside);
            Clusters clusters = startClusters(vertx, home);
            this.clusters = clusters;
            Ways ways = lifeline.hold(new Ways(clusters, inhabitants.relayed()));
            this.ways = ways;
            Onboarding onboarding = new Onboarding(ways, apis);
            installDefinitions(clusters, onboarding);
            EmbeddedKafka kafka = kafkaStarts.join();
            this.kafka = kafka;
            narrator.say("Kafka listens on %s", kafka.bootstrap());
            Messaging messaging = new Messaging(kafka);
            if (inhabitants.onboarded()) {
                messaging.prepare(List.of());
                startTenantManager(home, clusters, messaging);
                startControlPlane(home, clusters, messaging);
                order(onboarding);
            } else {
                messaging.prepare(inhabitants.deployments());
                inhabitants.deployments().forEach(onboarding::onboard);
                startControlPlane(home, clusters, messaging);
            }
            narrator.say(
                    "deployments %s are set up",
                    inhabitants.deployments().stream()
                            .map(Deployment::name)
                            .collect(Collectors.joining(" and ")));
            DrbdWorld drbd = lifeline.hold(DrbdWorld.start());
            this.drbd = drbd;
            startMachines(clusters, drbd);
            startAgents(drbd, messaging);
        }
    }

    private Clusters startClusters(Vertx vertx, Path home) {
        Clusters clusters =
                options.clusters().isPresent()
                        ? GivenClusters.in(options.clusters().get(), narrator)
                        : EmbeddedClusters.start(vertx, state.subfolder("clusters"));
        lifeline.hold(clusters);
        for (Role role : Role.values()) {
            String kubeconfig = clusters.administrator(role);
            Path file = state.write(role.cluster() + ".kubeconfig", kubeconfig);
            state.write(role.word() + ".kubeconfig", kubeconfig);
            SiteApi api = lifeline.hold(SiteApi.connect(vertx, role, file));
            apis.put(role, api);
            if (clusters instanceof EmbeddedClusters embedded) {
                embedded.grant(api, home);
            }
        }
        narrator.say(
                "API servers: cluster1 (primary), cluster2 (dr), cluster3 (quorum)%s",
                options.clusters().map(folder -> " as in " + folder).orElse(", embedded"));
        return clusters;
    }

    private void installDefinitions(Clusters clusters, Onboarding onboarding) {
        WorkloadPlayers.installCrds(clusters.administrator(Role.PRIMARY));
        WorkloadPlayers.installCrds(clusters.administrator(Role.DR));
        onboarding.installDefinitions();
    }

    private void startMachines(Clusters clusters, DrbdWorld drbd) {
        Delays delays = new Delays(options.vmStop(), options.vmBoot());
        Estate estate = new Estate(api(Role.PRIMARY), api(Role.DR), drbd, replicas);
        estate.prepareClusters(inhabitants.deployments());
        for (Role role : List.of(Role.PRIMARY, Role.DR)) {
            role.nodes().forEach(node -> drbd.addNode(role.cluster(), node));
            lifeline.hold(
                    WorkloadPlayers.start(
                            role.cluster(), clusters.players(role), drbd, delays, role.nodes()));
        }
        List<Machine> machines = inhabitants.machines();
        estate.place(machines);
        narrator.say("%d VMs on cluster1, replicas of their disks on cluster2", machines.size());
    }

    private void startAgents(DrbdWorld drbd, Messaging messaging) {
        for (Role role : List.of(Role.PRIMARY, Role.DR)) {
            String siteId = api(role).siteId();
            Map<String, String> kafka =
                    staff == null
                            ? messaging.agents(siteId)
                            : messaging.clientOf(staff.agents(siteId));
            Path folder = state.subfolder("nodes");
            agentConfigs.put(
                    role,
                    role.nodes().stream()
                            .map(
                                    node ->
                                            new AgentConfig(
                                                    node,
                                                    siteId,
                                                    drbd.drbdsetupCommand(node, folder),
                                                    kafka))
                            .toList());
            startAgents(role);
        }
        narrator.say("node agents read drbdsetup on 6 nodes");
    }

    private void startAgents(Role role) {
        List<DrbdAgent> started = new ArrayList<>();
        for (AgentConfig config : agentConfigs.getOrDefault(role, List.of())) {
            DrbdAgent agent = lifeline.hold(new DrbdAgent(config));
            agent.start();
            started.add(agent);
        }
        agents.put(role, started);
    }

    /** Every node of a site goes dark at once, and its API with them. */
    void powerOff(Role role) {
        embedded().server(role).stop();
        role.nodes().forEach(drbd()::powerOff);
        agents.getOrDefault(role, List.of()).forEach(DrbdAgent::close);
    }

    void powerOn(Role role) {
        role.nodes().forEach(drbd()::powerOn);
        startAgents(role);
        embedded().server(role).resume();
    }

    /** Nobody reaches a site any more, but everything on it goes on. */
    void isolate(Role role) {
        embedded().server(role).stop();
        betweenSites(drbd()::cutLink);
        agents.getOrDefault(role, List.of()).forEach(DrbdAgent::close);
    }

    void reach(Role role) {
        betweenSites(drbd()::healLink);
        startAgents(role);
        embedded().server(role).resume();
    }

    private static void betweenSites(BiConsumer<String, String> link) {
        for (String here : Role.PRIMARY.nodes()) {
            Role.DR.nodes().forEach(there -> link.accept(here, there));
        }
    }

    private EmbeddedClusters embedded() {
        if (clusters() instanceof EmbeddedClusters embedded) {
            return embedded;
        }
        throw new IllegalStateException("not with API servers of your own");
    }

    private void startTenantManager(Path home, Clusters clusters, Messaging messaging) {
        SiteApi quorum = api(Role.QUORUM);
        quorum.ensure(ResourceKind.NAMESPACE, Definitions.namespace(PlatformStaff.NAMESPACE));
        if (clusters instanceof EmbeddedClusters embedded) {
            embedded.grantStaff(quorum, home);
        }
        Map<String, String> settings = new HashMap<>(messaging.tenantManagerEnvironment());
        Path kubeconfig = state.write("tenant-manager.kubeconfig", clusters.tenantManager());
        settings.put("SITE_RECOVERY_QUORUM_KUBECONFIG", kubeconfig.toString());
        settings.put("SITE_RECOVERY_NAMESPACE", PlatformStaff.NAMESPACE);
        settings.put("SITE_RECOVERY_HTTP_HOST", "127.0.0.1");
        int port = freePort();
        settings.put(ServiceProcess.PORT, String.valueOf(port));
        ServiceProcess process =
                lifeline.hold(
                        ServiceProcess.start(
                                home.resolve("bin/tenant-manager"),
                                settings,
                                state,
                                "tenant-manager",
                                narrator));
        tenantManager = process;
        PlatformStaff.hire(quorum);
        String url = "http://127.0.0.1:" + port;
        String token =
                new Kubectl(quorum.kubeconfig())
                        .run(
                                "create",
                                "token",
                                PlatformStaff.ADMINISTRATOR,
                                "-n",
                                PlatformStaff.NAMESPACE,
                                "--duration=24h");
        state.write("platform-admin.token", token);
        staff = new PlatformStaff(url, token, quorum);
        narrator.say(
                "tenant-manager: process %d, API on %s/api/v1, log %s",
                process.pid(), url, state.shown("tenant-manager.log"));
    }

    private void order(Onboarding onboarding) {
        PlatformStaff ordering = Objects.requireNonNull(staff);
        inhabitants.deployments().forEach(one -> ordering.order(onboarding.orderOf(one)));
        Deployment another = new Deployment("demo", List.of("demo"));
        state.write("manifests/demo.json", onboarding.orderOf(another).toPrettyString() + "\n");
        inhabitants.deployments().forEach(ordering::awaitProvisioned);
    }

    /** As in {@code http://127.0.0.1:8081}; there is one only where deployments are onboarded. */
    String onboardingApi() {
        return Objects.requireNonNull(staff).url();
    }

    ServiceProcess tenantManager() {
        return Objects.requireNonNull(tenantManager);
    }

    private void startControlPlane(Path home, Clusters clusters, Messaging messaging) {
        Map<String, String> settings = new HashMap<>(messaging.controlPlaneEnvironment());
        Path kubeconfig = state.write("control-plane.kubeconfig", clusters.controlPlane());
        settings.put("SITE_RECOVERY_QUORUM_KUBECONFIG", kubeconfig.toString());
        settings.put("SITE_RECOVERY_HTTP_HOST", "127.0.0.1");
        another = name -> lifeline.hold(startControlPlane(home, settings, name));
        controlPlane = anotherControlPlane("control-plane");
    }

    private ServiceProcess startControlPlane(Path home, Map<String, String> settings, String name) {
        int port = freePort();
        Map<String, String> environment = new HashMap<>(settings);
        environment.put(ServiceProcess.PORT, String.valueOf(port));
        ServiceProcess process =
                ServiceProcess.start(
                        home.resolve("bin/control-plane"), environment, state, name, narrator);
        narrator.say(
                "control plane: process %d, health and metrics on http://127.0.0.1:%d, log %s",
                process.pid(), port, state.shown(name + ".log"));
        return process;
    }

    /** One more process beside those that run, with the same settings. */
    ServiceProcess anotherControlPlane(String name) {
        return Objects.requireNonNull(another).apply(name);
    }

    /** Ours to give away: a restarted control plane keeps its address. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new QuickstartFailure("no free port on 127.0.0.1: " + e.getMessage(), e);
        }
    }
}
