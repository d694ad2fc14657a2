package io.siterecovery.failover.verticle;

import io.siterecovery.platform.ServiceModule;
import io.siterecovery.platform.TenantContext;
import io.siterecovery.platform.TenantPart;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import java.util.Optional;

/** Starts the verticle set of a deployment: what decides and acts for its groups. */
public final class FailoverModule implements ServiceModule {

    private final Totals totals = new Totals();

    @Override
    public String name() {
        return "failover-verticles";
    }

    @Override
    public Future<? extends TenantPart> start(TenantContext tenant) {
        totals.shownIn(tenant.metrics());
        TenantVerticle verticle = new TenantVerticle(tenant, totals);
        DeploymentOptions options =
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
        return tenant.vertx()
                .deployVerticle(verticle, options)
                .map(id -> new Running(tenant, verticle, id));
    }

    private record Running(TenantContext tenant, TenantVerticle verticle, String deployment)
            implements TenantPart {

        @Override
        public Future<?> stop() {
            return tenant.vertx().undeploy(deployment);
        }

        @Override
        public Optional<String> notReady() {
            return verticle.isReady() ? Optional.empty() : Optional.of("the view is being rebuilt");
        }
    }
}
