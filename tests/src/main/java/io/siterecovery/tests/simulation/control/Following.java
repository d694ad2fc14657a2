package io.siterecovery.tests.simulation.control;

import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Follower;
import io.siterecovery.platform.Watch;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.world.ApiServer;
import io.siterecovery.tests.simulation.world.ObjectKey;
import io.siterecovery.tests.simulation.world.Stored;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A watch of one object that the product itself opened: lists again after each break. */
final class Following implements Watch {

    private final Process process;
    private final ApiServer server;
    private final ObjectKey key;
    private final BooleanSupplier reachable;
    private final Follower follower;
    private final Dice dice;
    private boolean known;
    private boolean there;
    private boolean closed;
    private boolean looking;

    Following(
            Process process,
            ApiServer server,
            ObjectKey key,
            BooleanSupplier reachable,
            Follower follower,
            Dice dice) {
        this.process = process;
        this.server = server;
        this.key = key;
        this.reachable = reachable;
        this.follower = follower;
        this.dice = dice;
        server.listen(
                change -> {
                    if (change.key().equals(key)) {
                        soon(dice.around(3 * Agenda.MILLI));
                    }
                });
        soon(dice.around(5 * Agenda.MILLI));
    }

    static ObjectKey named(ResourceKind kind, String namespace, String fieldSelector) {
        return new ObjectKey(kind, namespace, fieldSelector.replaceFirst("metadata.name=", ""));
    }

    private void soon(long micros) {
        if (!closed && !looking) {
            looking = true;
            process.agenda().after(micros, () -> process.deliver(this::look));
        }
    }

    private void look() {
        looking = false;
        if (closed) {
            return;
        }
        if (!reachable.getAsBoolean()) {
            soon(dice.around(Agenda.SECOND));
            return;
        }
        Optional<Stored> now = server.get(key);
        now.ifPresent(
                object -> process.agenda().onThread(() -> follower.observed(object.object())));
        if (!known) {
            known = true;
            process.agenda().onThread(follower::listed);
        } else if (there && now.isEmpty()) {
            process.agenda().onThread(() -> follower.vanished(key.namespace(), key.name()));
        }
        there = now.isPresent();
    }

    @Override
    public void close() {
        closed = true;
    }
}
