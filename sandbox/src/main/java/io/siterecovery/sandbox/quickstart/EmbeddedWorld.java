package io.siterecovery.sandbox.quickstart;

import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.sandbox.players.DrbdWorld;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The quickstart's world without its demonstration, for whoever wants to break things in it: three
 * API servers, Kafka, the players, the node agents and the control plane as a process of its own.
 */
public final class EmbeddedWorld implements AutoCloseable {

    private final Lifeline lifeline;
    private final StateFolder state;
    private final World world;
    private final int kafkaPort;
    private EmbeddedKafka kafka;

    private EmbeddedWorld(Lifeline lifeline, StateFolder state, World world) {
        this.lifeline = lifeline;
        this.state = state;
        this.world = world;
        this.kafka = world.kafka();
        this.kafkaPort = kafka.port();
    }

    /**
     * @param folder for kubeconfigs, logs and Kafka's data
     * @param home the project's folder, built: the control plane is started from there
     */
    public static EmbeddedWorld start(Path folder, Path home, Duration vmStop, Duration vmBoot) {
        return start(home, documented(folder, vmStop, vmBoot), Replicas.ONE_EACH);
    }

    /** One with DRBD's quorum on the DR site: two of three replicas of each disk are there. */
    public static EmbeddedWorld withQuorumAtDr(
            Path folder, Path home, Duration vmStop, Duration vmBoot) {
        return start(home, documented(folder, vmStop, vmBoot), Replicas.TWO_AT_DR);
    }

    /** The documented one, whose deployments were ordered from a tenant-manager. */
    public static EmbeddedWorld onboarded(
            Path folder, Path home, Duration vmStop, Duration vmBoot) {
        QuickstartOptions options = documented(folder, vmStop, vmBoot);
        return start(home, options, Replicas.ONE_EACH, Inhabitants.onboarded(options));
    }

    private static QuickstartOptions documented(Path folder, Duration vmStop, Duration vmBoot) {
        return new QuickstartOptions(Optional.empty(), 1, 2, vmStop, vmBoot, folder, false);
    }

    /**
     * One whose guests take no time, with machines {@code group-<n>-vm-<k>} in {@code production}.
     *
     * @param clusters folder of the kubeconfigs to use instead of embedded API servers
     */
    public static EmbeddedWorld withGroups(
            Path folder, Path home, Optional<Path> clusters, int groups, int vms) {
        return start(
                home,
                new QuickstartOptions(
                        clusters, groups, vms, Duration.ZERO, Duration.ZERO, folder, false),
                Replicas.ONE_EACH);
    }

    /**
     * One whose guests take no time, with DRBD's quorum on the DR site and deployments {@code
     * tenant-<n>}, each with machines {@code group-<g>-vm-<k>} in the namespace {@code tenant-<n>}
     * and with a way of its own to the sites.
     *
     * @param groups of each deployment
     */
    public static EmbeddedWorld withTenants(
            Path folder, Path home, int deployments, int groups, int vms) {
        return start(
                home,
                new QuickstartOptions(
                        Optional.empty(), groups, vms, Duration.ZERO, Duration.ZERO, folder, false),
                Replicas.TWO_AT_DR,
                Inhabitants.tenants(deployments, groups, vms));
    }

    private static EmbeddedWorld start(Path home, QuickstartOptions options, Replicas replicas) {
        return start(home, options, replicas, Inhabitants.documented(options));
    }

    private static EmbeddedWorld start(
            Path home, QuickstartOptions options, Replicas replicas, Inhabitants inhabitants) {
        Lifeline lifeline = new Lifeline();
        StateFolder state = lifeline.hold(StateFolder.take(options.state()));
        try {
            World world =
                    World.start(
                            options,
                            replicas,
                            inhabitants,
                            state,
                            lifeline,
                            new Narrator(System.out),
                            home);
            return new EmbeddedWorld(lifeline, state, world);
        } catch (RuntimeException e) {
            lifeline.close();
            throw e;
        }
    }

    /**
     * @param cluster {@code cluster1} (primary), {@code cluster2} (dr) or {@code cluster3} (quorum)
     */
    public Path kubeconfig(String cluster) {
        return state.resolve(cluster + ".kubeconfig");
    }

    public KubernetesApiServer apiServer(String cluster) {
        for (Role role : Role.values()) {
            if (role.cluster().equals(cluster) && world.clusters() instanceof EmbeddedClusters e) {
                return e.server(role);
            }
        }
        throw new IllegalArgumentException("no embedded API server " + cluster);
    }

    public DrbdWorld drbd() {
        return world.drbd();
    }

    public EmbeddedKafka kafka() {
        return kafka;
    }

    public void stopKafka() {
        kafka.close();
    }

    /** On the same port, with the same data. */
    public void startKafka() {
        kafka = lifeline.hold(EmbeddedKafka.start(state.subfolder("kafka"), kafkaPort));
    }

    /** A workload cluster goes dark: its nodes, its agents and its API. */
    public void powerOff(String cluster) {
        world.powerOff(role(cluster));
    }

    public void powerOn(String cluster) {
        world.powerOn(role(cluster));
    }

    /** Nobody reaches a workload cluster any more, but its VMs go on. */
    public void isolate(String cluster) {
        world.isolate(role(cluster));
    }

    public void reach(String cluster) {
        world.reach(role(cluster));
    }

    /** Both sites of a deployment accept its calls and answer none, until they go on. */
    public void hang(String deployment, boolean on) {
        world.ways().hang(deployment, on);
    }

    /** Packets of a deployment to both its sites are dropped, until they go on. */
    public void dropPackets(String deployment, boolean on) {
        world.ways().dropPackets(deployment, on);
    }

    private static Role role(String cluster) {
        return Stream.of(Role.values())
                .filter(role -> role.cluster().equals(cluster))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no cluster " + cluster));
    }

    /** Process id of the control plane; a dead one is started again. */
    public long controlPlanePid() {
        return world.controlPlane().pid();
    }

    public ServiceProcess controlPlane() {
        return world.controlPlane();
    }

    /** As in {@code http://127.0.0.1:8081}; only where deployments were ordered. */
    public String onboardingApi() {
        return world.onboardingApi();
    }

    /** Only where deployments were ordered. */
    public ServiceProcess tenantManager() {
        return world.tenantManager();
    }

    /** One more control plane beside the first, until it is closed. */
    public ServiceProcess anotherControlPlane(String name) {
        return world.anotherControlPlane(name);
    }

    public Path controlPlaneLog() {
        return world.controlPlane().log();
    }

    @Override
    public void close() {
        lifeline.close();
    }
}
