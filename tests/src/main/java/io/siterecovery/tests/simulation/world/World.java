package io.siterecovery.tests.simulation.world;

import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Tenant;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Everything outside the control plane, as it truly is. */
public final class World {

    public static final String EAST = "east";
    public static final String WEST = "west";
    public static final String QUORUM = "quorum";

    private final Agenda agenda;
    private final Story story;
    private final Layout layout;
    private final Broker broker;
    private final Map<String, ApiServer> servers = new LinkedHashMap<>();
    private final Map<String, KubeVirt> kubeVirts = new LinkedHashMap<>();
    private final Map<String, DrbdResource> resources = new TreeMap<>();
    private final Map<String, Agent> agents = new TreeMap<>();
    private final List<Tenant> tenants = new ArrayList<>();
    private final Map<String, Long> unreachedSince = new TreeMap<>();
    private boolean replicationCut;

    public World(Layout layout, Agenda agenda, Dice dice, Story story) {
        this.layout = layout;
        this.agenda = agenda;
        this.story = story;
        this.broker = new Broker(agenda);
        server(EAST, layout.eastPolicies());
        server(WEST, layout.westPolicies());
        server(QUORUM, false);
        layout.groups().forEach(g -> g.machines().forEach(m -> disks(m, dice.fork())));
        for (String site : List.of(EAST, WEST)) {
            site(site, dice);
        }
        resources.values().forEach(r -> r.bringUp(replica -> changed(replica)));
        layout.deployments().forEach(this::deployment);
        layout.groups().forEach(this::group);
        agents.values().forEach(Agent::start);
    }

    private void server(String name, boolean policies) {
        servers.put(
                name, new ApiServer(name, name + "-cluster-uid".substring(0, 8), agenda, policies));
    }

    private void disks(Machine machine, Dice dice) {
        for (String claim : machine.claims()) {
            String name = machine.resource(claim);
            DrbdResource resource =
                    new DrbdResource(
                            name,
                            layout.drbd(),
                            agenda,
                            dice.fork(),
                            (a, b) -> a.equals(b) || !replicationCut);
            layout.nodes(EAST).stream()
                    .limit(layout.eastReplicas())
                    .forEach(n -> resource.place(EAST, n));
            layout.nodes(WEST).stream()
                    .limit(layout.westReplicas())
                    .forEach(n -> resource.place(WEST, n));
            resources.put(name, resource);
        }
    }

    private void site(String site, Dice dice) {
        ApiServer server = at(site);
        List<Machine> machines =
                layout.groups().stream().flatMap(g -> g.machines().stream()).toList();
        kubeVirts.put(
                site,
                new KubeVirt(
                        server,
                        layout.nodes(site),
                        machines,
                        resources,
                        agenda,
                        dice.fork(),
                        story));
        server.create(Author.SYSTEM, ResourceKind.STORAGE_CLASS, Objects.storageClass());
        for (String node : layout.nodes(site)) {
            server.create(Author.SYSTEM, ResourceKind.NODE, Objects.node(node));
            agents.put(
                    node,
                    new Agent(
                            node,
                            server.siteId(),
                            List.copyOf(resources.values()),
                            broker,
                            agenda,
                            dice.fork()));
        }
    }

    private void deployment(String name) {
        List<String> namespaces =
                layout.groups().stream()
                        .filter(g -> g.deployment().equals(name))
                        .map(Group::namespace)
                        .distinct()
                        .toList();
        tenants.add(
                new Tenant(
                        name,
                        "dr-" + name,
                        new ProtectionZoneSpec(
                                new ProtectionZoneSpec.Site(EAST, null, null),
                                new ProtectionZoneSpec.Site(WEST, null, null),
                                "linstor",
                                namespaces,
                                layout.automatic() ? "Automatic" : "Manual",
                                60,
                                "Remove",
                                null,
                                null,
                                null)));
    }

    private void group(Group group) {
        Author owner = Author.person("owner");
        for (Machine machine : group.machines()) {
            for (String site : List.of(EAST, WEST)) {
                boolean twice = layout.unclear() && group.equals(layout.groups().getFirst());
                boolean home = site.equals(EAST) || twice;
                ApiServer server = at(site);
                for (String claim : machine.claims()) {
                    server.create(
                            owner, ResourceKind.PERSISTENT_VOLUME, Objects.volume(machine, claim));
                    server.create(
                            owner,
                            ResourceKind.PERSISTENT_VOLUME_CLAIM,
                            Objects.claim(machine, claim, home));
                }
                server.create(
                        owner, ResourceKind.VIRTUAL_MACHINE, Objects.virtualMachine(machine, home));
            }
            kubeVirt(EAST).runsAlready(machine);
        }
        writeGroup(group, group.members());
    }

    /** The group as its owner writes it, where he does. */
    public void writeGroup(Group group, List<String> members) {
        String namespace = group.atHub() ? "dr-" + group.deployment() : null;
        at(group.atHub() ? QUORUM : EAST)
                .create(
                        Author.person("owner"),
                        ResourceKind.PROTECTION_GROUP,
                        Objects.group(namespace, group, members, "running"));
    }

    private void changed(Replica replica) {
        Agent agent = agents.get(replica.node());
        if (agent != null) {
            agent.changed(replica.resource);
        }
    }

    public Layout layout() {
        return layout;
    }

    public Broker broker() {
        return broker;
    }

    public List<Tenant> tenants() {
        return tenants;
    }

    public ApiServer at(String cluster) {
        ApiServer server = servers.get(cluster);
        if (server == null) {
            throw new IllegalArgumentException(cluster);
        }
        return server;
    }

    public Stream<ApiServer> servers() {
        return servers.values().stream();
    }

    public KubeVirt kubeVirt(String site) {
        KubeVirt found = kubeVirts.get(site);
        if (found == null) {
            throw new IllegalArgumentException(site);
        }
        return found;
    }

    public Map<String, DrbdResource> resources() {
        return resources;
    }

    public Map<String, Agent> agents() {
        return agents;
    }

    public Stream<Guest> guests(Machine machine) {
        return Stream.of(EAST, WEST)
                .flatMap(site -> kubeVirt(site).guests())
                .filter(g -> g.machine().equals(machine));
    }

    public Stream<Guest> guestsOf(DrbdResource resource) {
        return Stream.of(EAST, WEST)
                .flatMap(site -> kubeVirt(site).guests())
                .filter(
                        g ->
                                g.machine().claims().stream()
                                        .map(g.machine()::resource)
                                        .anyMatch(resource.name()::equals));
    }

    /** Whether anything but other sites' DRBD hears of a site. */
    public void reached(String site, boolean reached) {
        if (reached) {
            unreachedSince.remove(site);
        } else {
            unreachedSince.put(site, agenda.micros());
        }
    }

    public boolean hears(String site) {
        return !unreachedSince.containsKey(site);
    }

    /** Neither site has been heard of for so long, in microseconds; 0 while one is. */
    public long deaf() {
        return unreachedSince.size() < 2
                ? 0
                : agenda.micros() - Collections.max(unreachedSince.values());
    }

    /** The replication network between the sites. */
    public void replicationCut(boolean cut) {
        replicationCut = cut;
        story.tell("network", () -> cut ? "replication is cut" : "replication is back");
        resources.values().forEach(DrbdResource::reconsiderLinks);
    }

    public void power(String node, boolean on) {
        story.tell("power", () -> node + (on ? " is back" : " is off"));
        KubeVirt kubeVirt = kubeVirt(layout.siteOf(node));
        Agent agent = agents.get(node);
        if (!on) {
            kubeVirt.lost(node);
        }
        resources.values().stream().filter(r -> r.isOn(node)).forEach(r -> r.power(r.on(node), on));
        if (agent != null && on) {
            agent.start();
            kubeVirt.back(node);
        } else if (agent != null) {
            agent.stop();
        }
    }
}
