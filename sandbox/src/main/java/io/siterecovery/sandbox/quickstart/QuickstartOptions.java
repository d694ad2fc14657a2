package io.siterecovery.sandbox.quickstart;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the user asked for.
 *
 * @param clusters folder of the kubeconfigs to use instead of embedded API servers
 * @param groups groups beside the documented ones, each of {@code vms} machines; the first of them
 *     is moved, and without any, {@code production-app}
 * @param exit end after the failover
 */
record QuickstartOptions(
        Optional<Path> clusters,
        int groups,
        int vms,
        Duration vmStop,
        Duration vmBoot,
        Path state,
        boolean exit) {

    /** A group without boot order stops all its VMs at once, then boots all at once. */
    Duration longestDelay() {
        return vmStop.plus(vmBoot);
    }
}
