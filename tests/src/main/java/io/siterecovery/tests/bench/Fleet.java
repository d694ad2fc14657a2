package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** Protected groups of several deployments on the same two sites, and orders to move them. */
final class Fleet implements AutoCloseable {

    static final String PRIMARY = "cluster1";
    static final String DR = "cluster2";
    static final String QUORUM = "cluster3";

    private static final String API = "/apis/siterecovery.trilio.io/v1alpha1/namespaces/";
    private static final int PRIORITIES = 5;
    private static final int REHEARSALS = 20;

    /**
     * @param number within its deployment, from 1
     */
    record Group(String deployment, int number) {

        String name() {
            return "group-" + number;
        }

        int priority() {
            return 1 + (number - 1) % PRIORITIES;
        }
    }

    private final EmbeddedWorld world;
    private final int vms;
    private final Map<String, BareApi> apis = new LinkedHashMap<>();

    private Fleet(EmbeddedWorld world, int vms) {
        this.world = world;
        this.vms = vms;
        for (String cluster : List.of(PRIMARY, DR, QUORUM)) {
            apis.put(cluster, new BareApi(world.kubeconfig(cluster)));
        }
    }

    static Fleet start(Path folder, Path home, int deployments, int groups, int vms) {
        return new Fleet(EmbeddedWorld.withTenants(folder, home, deployments, groups, vms), vms);
    }

    EmbeddedWorld world() {
        return world;
    }

    BareApi api(String cluster) {
        BareApi api = apis.get(cluster);
        if (api == null) {
            throw new IllegalArgumentException("no " + cluster);
        }
        return api;
    }

    static String deployment(int number) {
        return "tenant-" + number;
    }

    /** So many groups, taken in turn from the deployments. */
    static List<Group> groups(int deployments, int groups) {
        return IntStream.range(0, groups)
                .mapToObj(i -> new Group(deployment(1 + i % deployments), 1 + i / deployments))
                .toList();
    }

    /** Makes them, on the primary. */
    void protect(Collection<Group> groups) {
        List<CompletableFuture<?>> made = new ArrayList<>();
        for (Group group : groups) {
            made.add(protect(group));
        }
        CompletableFuture.allOf(made.toArray(CompletableFuture<?>[]::new)).join();
    }

    CompletableFuture<JsonNode> protect(Group group) {
        return api(PRIMARY).create(API + group.deployment() + "/protectiongroups", of(group));
    }

    /** Returns when all run on a site, replicated, and nothing of a move is left. */
    void settled(Collection<Group> groups, String at) {
        free(groups);
        byDeployment(groups)
                .forEach(
                        (deployment, its) -> {
                            try (Watched wishes =
                                    new Watched(api(at), API + deployment + "/protectiongroups")) {
                                wishes.until(all -> its.stream().allMatch(g -> isHealthy(all, g)));
                            }
                        });
    }

    /** Returns when all that they need stands at the other site. */
    void defined(Collection<Group> groups) {
        byDeployment(groups)
                .forEach(
                        (deployment, its) -> {
                            try (Watched wishes =
                                    new Watched(
                                            api(PRIMARY), API + deployment + "/protectiongroups")) {
                                wishes.until(all -> its.stream().allMatch(g -> isSynced(all, g)));
                            }
                        });
    }

    private static boolean isSynced(Map<String, JsonNode> wishes, Group group) {
        for (JsonNode condition : Watched.in(wishes, group.name()).at("/status/conditions")) {
            if (condition.path("type").asText().equals("Synced")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    /** Returns when no move of them is under way. */
    void free(Collection<Group> groups) {
        byDeployment(groups)
                .forEach(
                        (deployment, its) -> {
                            try (Watched owners = new Watched(api(QUORUM), owners(deployment))) {
                                owners.until(all -> its.stream().allMatch(g -> isFree(all, g)));
                            }
                        });
    }

    /** The cluster that holds a group. */
    String holder(Group group) {
        return api(QUORUM)
                .get(owners(group.deployment()) + "/" + group.deployment() + "." + group.name())
                .at("/spec/holder/at")
                .asText();
    }

    private static boolean isFree(Map<String, JsonNode> owners, Group group) {
        JsonNode spec = Watched.in(owners, group.deployment() + "." + group.name()).path("spec");
        return spec.isObject() && !spec.hasNonNull("operation");
    }

    private static boolean isHealthy(Map<String, JsonNode> groups, Group group) {
        JsonNode status = Watched.in(groups, group.name()).path("status");
        return status.path("replicationHealth").asText().equals("Healthy")
                && status.path("currentState").asText().equals("running");
    }

    /** Returns when each deployment says of a site what is wrong with it. */
    void diagnosed(Collection<Group> groups, String site, String verdict) {
        for (String deployment : byDeployment(groups).keySet()) {
            try (Watched zones =
                    new Watched(api(QUORUM), API + "dr-" + deployment + "/protectionzones")) {
                zones.until(
                        all ->
                                StreamSupport.stream(
                                                Watched.in(all, deployment)
                                                        .at("/status/sites")
                                                        .spliterator(),
                                                false)
                                        .anyMatch(
                                                s ->
                                                        s.path("name").asText().equals(site)
                                                                && s.path("verdict")
                                                                        .asText()
                                                                        .equals(verdict)));
            }
        }
    }

    /**
     * Orders all at once; how long each took to complete, in nanoseconds since the first order.
     *
     * @param type {@code planned} or {@code emergency}
     * @param order a name that no earlier order had
     */
    Map<Group, Long> move(Collection<Group> groups, String to, String type, String order) {
        Map<String, Watched> watches = new LinkedHashMap<>();
        try {
            for (String deployment : byDeployment(groups).keySet()) {
                watches.put(deployment, new Watched(api(QUORUM), failovers(deployment)));
            }
            long begun = System.nanoTime();
            order(groups, to, type, order);
            Map<Group, Long> ends = new LinkedHashMap<>();
            List<Thread> waiting = new ArrayList<>();
            byDeployment(groups)
                    .forEach(
                            (deployment, its) -> {
                                Watched watched = watches.get(deployment);
                                if (watched != null) {
                                    Runnable wait =
                                            () -> awaitEnds(its, order, watched, begun, ends);
                                    waiting.add(Thread.ofVirtual().start(wait));
                                }
                            });
            for (Thread one : waiting) {
                one.join();
            }
            if (ends.size() != groups.size()) {
                throw new IllegalStateException(
                        ends.size() + " of " + groups.size() + " groups have moved");
            }
            return ends;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            watches.values().forEach(Watched::close);
        }
    }

    /** Returns when the move would be allowed: agents need a moment until they know all. */
    void rehearsed(Collection<Group> groups, String to, String name) {
        for (int time = 0; time < REHEARSALS; time++) {
            String order = name + "-" + time;
            for (Group group : groups) {
                var _ =
                        api(QUORUM)
                                .create(
                                        failovers(group.deployment()),
                                        failover(group, to, "emergency", order)
                                                .replace(
                                                        "\"spec\": {",
                                                        "\"spec\": {\"dryRun\": true, "));
            }
            boolean[] allowed = {true};
            byDeployment(groups)
                    .forEach(
                            (deployment, its) -> {
                                try (Watched all =
                                        new Watched(api(QUORUM), failovers(deployment))) {
                                    all.until(
                                            f ->
                                                    its.stream()
                                                            .noneMatch(
                                                                    g ->
                                                                            state(f, order, g)
                                                                                    .isEmpty()));
                                    all.until(
                                            f -> {
                                                allowed[0] &=
                                                        its.stream()
                                                                .allMatch(
                                                                        g ->
                                                                                state(f, order, g)
                                                                                        .equals(
                                                                                                "Completed"));
                                                return true;
                                            });
                                }
                            });
            if (allowed[0]) {
                return;
            }
        }
        throw new IllegalStateException("not even in a dry run");
    }

    private static String state(Map<String, JsonNode> failovers, String order, Group group) {
        return Watched.in(failovers, order + "-" + group.name()).at("/status/state").asText();
    }

    private static void awaitEnds(
            List<Group> groups, String order, Watched watched, long begun, Map<Group, Long> ends) {
        watched.until(
                all -> {
                    long now = System.nanoTime() - begun;
                    int left = 0;
                    for (Group group : groups) {
                        JsonNode status = Watched.in(all, order + "-" + group.name()).at("/status");
                        switch (status.path("state").asText()) {
                            case "Completed" -> {
                                synchronized (ends) {
                                    ends.putIfAbsent(group, now);
                                }
                            }
                            case "" -> left++;
                            default -> throw new IllegalStateException(status.toString());
                        }
                    }
                    return left == 0;
                });
    }

    /** Orders and does not wait. */
    void order(Collection<Group> groups, String to, String type, String order) {
        for (Group group : groups) {
            var _ =
                    api(QUORUM)
                            .create(
                                    failovers(group.deployment()),
                                    failover(group, to, type, order));
        }
    }

    static Map<String, List<Group>> byDeployment(Collection<Group> groups) {
        return groups.stream()
                .collect(
                        Collectors.groupingBy(
                                Group::deployment, LinkedHashMap::new, Collectors.toList()));
    }

    private static String owners(String deployment) {
        return API + "dr-" + deployment + "/groupownerships";
    }

    private static String failovers(String deployment) {
        return API + "dr-" + deployment + "/failovers";
    }

    private String of(Group group) {
        String members =
                IntStream.rangeClosed(1, vms)
                        .mapToObj(vm -> "{\"name\": \"%s-vm-%d\"}".formatted(group.name(), vm))
                        .collect(Collectors.joining(", "));
        return """
        {"apiVersion": "siterecovery.trilio.io/v1alpha1", "kind": "ProtectionGroup",
         "metadata": {"name": "%s", "namespace": "%s"},
         "spec": {"desiredState": "running", "priority": %d, "virtualMachines": [%s]}}"""
                .formatted(group.name(), group.deployment(), group.priority(), members);
    }

    private static String failover(Group group, String to, String type, String order) {
        return """
        {"apiVersion": "siterecovery.trilio.io/v1alpha1", "kind": "Failover",
         "metadata": {"name": "%s-%s", "namespace": "dr-%s"},
         "spec": {"protectionGroup": "%s", "targetCluster": "%s", "failoverType": "%s"}}"""
                .formatted(order, group.name(), group.deployment(), group.name(), to, type);
    }

    @Override
    public void close() {
        apis.values().forEach(BareApi::close);
        world.close();
    }
}
