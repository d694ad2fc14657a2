package io.siterecovery.sandbox.quickstart;

import java.net.URI;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How each deployment reaches its two sites. */
final class Ways implements AutoCloseable {

    private static final Pattern SERVER = Pattern.compile("server: (https://127\\.0\\.0\\.1:\\d+)");

    private final Clusters clusters;
    private final boolean relayed;
    private final Map<String, Map<Role, Relay>> relays = new HashMap<>();

    /**
     * @param relayed through a relay for each deployment and site: embedded API servers only
     */
    Ways(Clusters clusters, boolean relayed) {
        this.clusters = clusters;
        this.relayed = relayed;
    }

    String kubeconfig(Role role, Deployment deployment) {
        String direct = clusters.deployment(role, deployment);
        Matcher server = SERVER.matcher(direct);
        if (!relayed || !server.find()) {
            return direct;
        }
        Relay relay = Relay.to(URI.create(server.group(1)).getPort());
        relays.computeIfAbsent(deployment.name(), _ -> new EnumMap<>(Role.class)).put(role, relay);
        return server.replaceFirst("server: https://127.0.0.1:" + relay.port());
    }

    /** Both sites of a deployment accept, and answer nothing until they go on. */
    void hang(String deployment, boolean on) {
        relays(deployment).forEach(relay -> relay.hang(on));
    }

    /** Nothing of a deployment reaches its two sites, and nobody is told so. */
    void dropPackets(String deployment, boolean on) {
        relays(deployment).forEach(relay -> relay.dropPackets(on));
    }

    private Collection<Relay> relays(String deployment) {
        Map<Role, Relay> its = relays.get(deployment);
        if (its == null) {
            throw new IllegalArgumentException("no relays for " + deployment);
        }
        return its.values();
    }

    @Override
    public void close() {
        List.copyOf(relays.values()).forEach(its -> its.values().forEach(Relay::close));
    }
}
