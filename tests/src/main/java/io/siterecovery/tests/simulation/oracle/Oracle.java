package io.siterecovery.tests.simulation.oracle;

import io.siterecovery.tests.simulation.world.ApiServer;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.World;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at the world after every step. */
public final class Oracle {

    private final World world;
    private @Nullable Violation first;

    public Oracle(World world) {
        this.world = world;
        world.servers().forEach(server -> server.listen(this::written));
    }

    public Optional<Violation> violation() {
        return Optional.ofNullable(first);
    }

    private void written(ApiServer.Change change) {}

    /** After a step. */
    public void look() {
        for (Group group : world.layout().groups()) {
            for (Machine machine : group.machines()) {
                List<Guest> writers =
                        world.guests(machine).filter(Guest::canWrite).toList();
                if (writers.size() > 1) {
                    found("I1", "two writers of " + machine + ": " + writers);
                }
            }
        }
    }

    void found(String rule, String what) {
        if (first == null) {
            first = new Violation(rule, what);
        }
    }
}
