package io.siterecovery.platform;

import io.vertx.core.Future;

/**
 * What a service module brings to the process; found by {@link java.util.ServiceLoader}, so that
 * service modules never know one another.
 */
public interface ServiceModule {

    /** A short name for logs, metrics and {@code /readyz}. */
    String name();

    /** Modules start in ascending order, for each tenant. */
    default int order() {
        return 0;
    }

    /**
     * Starts what the module does for one tenant. Called on the tenant's own virtual-thread
     * context, so it may await.
     *
     * @return a failed future makes the platform stop what it started for this tenant and try again
     *     later, with back-off
     */
    Future<? extends TenantPart> start(TenantContext tenant);
}
