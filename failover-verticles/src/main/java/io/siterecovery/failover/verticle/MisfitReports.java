package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.failover.adapter.GroupEffects;
import io.siterecovery.failover.core.group.GroupEffect.WriteStatus;
import io.siterecovery.failover.core.group.GroupReport;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.view.Misfits;
import io.siterecovery.failover.view.Misfits.Misfit;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells each ProtectionGroup that is no group why it is none. */
final class MisfitReports {

    private final Desk desk;
    private final Misfits misfits;
    private final GroupEffects effects;
    private final Lane lane;

    MisfitReports(Desk desk, Misfits misfits, GroupEffects effects) {
        this.desk = desk;
        this.misfits = misfits;
        this.effects = effects;
        this.lane = desk.lane("misfits", this::report);
    }

    void wake() {
        lane.wake();
    }

    void close() {
        lane.close();
    }

    private Optional<Instant> report() {
        List<Future<?>> running = new ArrayList<>();
        for (Misfit misfit : misfits.all()) {
            if (!isTold(misfit)) {
                running.add(
                        effects.carryOut(
                                new GroupId(misfit.namespace(), misfit.name()),
                                new WriteStatus(
                                        misfit.cluster(),
                                        misfit.object().meta().resourceVersion(),
                                        GroupReport.ofMisfit(
                                                misfit.why(),
                                                misfit.object().meta().generation(),
                                                desk.now()))));
            }
        }
        await(Future.join(running));
        return Optional.empty();
    }

    private static boolean isTold(Misfit misfit) {
        for (JsonNode condition : misfit.object().status().path("conditions")) {
            if (condition.path("type").asText().equals("ValidationFailed")) {
                return condition.path("status").asText().equals("True")
                        && condition.path("message").asText().equals(misfit.why())
                        && condition.path("observedGeneration").asLong()
                                == misfit.object().meta().generation();
            }
        }
        return false;
    }
}
