package io.siterecovery.events.cluster;

/** A VolumeAttachment: while it exists, the volume may be open on that node. */
public record VolumeAttachmentFact(ObjectMeta meta, String volume, String node, boolean attached)
        implements ClusterFact {}
