package io.siterecovery.platform;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One gate for each physical cluster that this process calls, whosever deployment it belongs to.
 */
final class Gates {

    private final Map<String, Gate> bySite = new ConcurrentHashMap<>();

    /**
     * @param siteId first characters of the UID of its kube-system namespace
     */
    Gate of(String siteId) {
        return bySite.computeIfAbsent(siteId, _ -> new Gate());
    }
}
