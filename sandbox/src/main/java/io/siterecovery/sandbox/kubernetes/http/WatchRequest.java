package io.siterecovery.sandbox.kubernetes.http;

import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.print.Tables;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * What a client wants to watch.
 *
 * @param after changes after this resourceVersion; with {@code fromPresent}, all that is there now
 *     comes first
 * @param markInitialEnd whether a bookmark says where the present ends and changes begin
 */
record WatchRequest(
        ApiResource resource,
        String namespace,
        Predicate<Stored> selector,
        long after,
        boolean fromPresent,
        boolean bookmarks,
        boolean markInitialEnd,
        Duration timeout,
        Form form,
        Tables.Include include) {}
