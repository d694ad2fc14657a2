package io.siterecovery.platform;

import io.vertx.core.Future;
import java.util.Optional;

/** What a module runs for one tenant. */
public interface TenantPart {

    /** Stops everything of this part; completes even if something would not stop cleanly. */
    Future<?> stop();

    /**
     * Why this part cannot be relied on yet, for {@code /readyz}; empty once it has caught up.
     * Called from any thread.
     */
    default Optional<String> notReady() {
        return Optional.empty();
    }
}
