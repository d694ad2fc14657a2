package io.siterecovery.failover.core.proof;

import java.util.List;
import java.util.stream.Stream;

/**
 * What the source's API server itself answered when asked directly, after Close, what still runs of
 * the group. Cached answers do not count.
 *
 * @param instances VMIs that exist and are not final
 * @param launchers virt-launcher pods that exist
 * @param attachments VolumeAttachments of the group's volumes
 */
public record SourceInspection(
        List<String> instances, List<String> launchers, List<String> attachments) {

    public SourceInspection {
        instances = List.copyOf(instances);
        launchers = List.copyOf(launchers);
        attachments = List.copyOf(attachments);
    }

    /** What still stands in the way, for people; empty when all is gone. */
    public List<String> leftovers() {
        return Stream.of(
                        named("VMI", instances),
                        named("launcher pod", launchers),
                        named("VolumeAttachment", attachments))
                .flatMap(List::stream)
                .toList();
    }

    private static List<String> named(String what, List<String> names) {
        return names.stream().map(n -> what + " " + n + " still exists").toList();
    }
}
