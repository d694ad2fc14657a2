package io.siterecovery.watchers;

import io.siterecovery.platform.ServiceModule;
import io.siterecovery.platform.TenantContext;
import io.siterecovery.platform.TenantPart;
import io.vertx.core.Future;

/** Turns what a tenant's clusters and agents say into facts on the tenant's topics. */
public final class WatchersModule implements ServiceModule {

    @Override
    public String name() {
        return "cluster-watchers";
    }

    /** Before those who read facts: they must not take an earlier life's word for complete. */
    @Override
    public int order() {
        return -100;
    }

    @Override
    public Future<? extends TenantPart> start(TenantContext tenant) {
        return new TenantWatchers(tenant).start();
    }
}
