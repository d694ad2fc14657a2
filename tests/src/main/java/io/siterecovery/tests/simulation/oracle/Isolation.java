package io.siterecovery.tests.simulation.oracle;

import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.ObjectKey;
import io.siterecovery.tests.simulation.world.World;
import java.util.function.BiConsumer;

/** I8: a deployment's credential and topics never touch what is another's. */
public final class Isolation {

    private final World world;
    private final BiConsumer<String, String> found;

    Isolation(World world, BiConsumer<String, String> found) {
        this.world = world;
        this.found = found;
    }

    /** A call, whether it reads or writes. */
    public void called(Author author, ObjectKey key) {
        if (!author.ours()) {
            return;
        }
        String in = key.namespace();
        boolean own =
                in.isEmpty()
                        ? !key.kind().kind().startsWith("ValidatingAdmission")
                                || key.name().endsWith("-" + author.deployment())
                        : owns(author.deployment(), in);
        if (!own) {
            found.accept("I8", author.who() + " for " + author.deployment() + " touched " + key);
        }
    }

    /** A record that a deployment's part of the control plane publishes. */
    public void published(String deployment, String topic, String key) {
        boolean own = topic.startsWith("dr-" + deployment + ".");
        if (own && topic.endsWith(".clusters")) {
            FactKey fact = FactKey.parse(key);
            own = fact.namespace().isEmpty() || owns(deployment, fact.namespace());
            if (fact.kind().equals("PersistentVolume")) {
                own = ownsDisk(deployment, fact.name());
            }
        } else if (own && topic.endsWith(".drbd")) {
            String[] parts = key.split("/", 3);
            own = parts.length < 3 || ownsDisk(deployment, parts[2]);
        }
        if (!own) {
            found.accept("I8", deployment + " published " + key + " to " + topic);
        }
    }

    private boolean owns(String deployment, String namespace) {
        return namespace.equals("dr-" + deployment)
                || world.layout().groups().stream()
                        .filter(g -> g.deployment().equals(deployment))
                        .map(Group::namespace)
                        .anyMatch(namespace::equals);
    }

    private boolean ownsDisk(String deployment, String resource) {
        return world.layout().groups().stream()
                .filter(g -> g.deployment().equals(deployment))
                .flatMap(g -> g.machines().stream())
                .flatMap(m -> m.claims().stream().map(m::resource))
                .anyMatch(resource::equals);
    }
}
