package io.siterecovery.events;

import io.siterecovery.events.cluster.ConfigurationFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.LauncherPodFact;
import io.siterecovery.events.cluster.NodeFact;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.cluster.StorageClassFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.events.operation.OperationStep;
import io.siterecovery.events.operation.SiteDiagnosed;
import java.util.Optional;

/** Every event we publish: its CloudEvents {@code type} and the record that is its data. */
public enum EventType {
    VIRTUAL_MACHINE("virtual-machine.observed", VirtualMachineFact.class),
    VIRTUAL_MACHINE_INSTANCE("virtual-machine-instance.observed", VirtualMachineInstanceFact.class),
    LAUNCHER_POD("launcher-pod.observed", LauncherPodFact.class),
    PERSISTENT_VOLUME_CLAIM("persistent-volume-claim.observed", PersistentVolumeClaimFact.class),
    PERSISTENT_VOLUME("persistent-volume.observed", PersistentVolumeFact.class),
    STORAGE_CLASS("storage-class.observed", StorageClassFact.class),
    NODE("node.observed", NodeFact.class),
    VOLUME_ATTACHMENT("volume-attachment.observed", VolumeAttachmentFact.class),
    FENCE("fence.observed", FenceFact.class),
    CONFIGURATION("configuration.observed", ConfigurationFact.class),
    CUSTOM_RESOURCE("custom-resource.observed", CustomResourceFact.class),
    REACHABILITY("cluster.reachability-observed", ReachabilityFact.class),
    DRBD_RESOURCE("drbd-resource.observed", DrbdResourceState.class),
    AGENT_BEAT("drbd-agent.alive", AgentBeat.class),
    ROUTED_DRBD_RESOURCE("drbd-resource.routed", RoutedDrbdState.class),
    ROUTED_BEATS("drbd-agents.alive", RoutedBeats.class),
    OPERATION_STEP("operation.step-taken", OperationStep.class),
    SITE_DIAGNOSED("site.diagnosed", SiteDiagnosed.class);

    private final String type;
    private final Class<? extends Record> data;

    EventType(String nounAndFact, Class<? extends Record> data) {
        this.type = "io.siterecovery." + nounAndFact + ".v1";
        this.data = data;
    }

    public String type() {
        return type;
    }

    public Class<? extends Record> data() {
        return data;
    }

    public static Optional<EventType> ofType(String type) {
        for (EventType candidate : values()) {
            if (candidate.type.equals(type)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /**
     * @throws IllegalArgumentException if the record is not the data of an event
     */
    public static EventType of(Record data) {
        for (EventType candidate : values()) {
            if (candidate.data.isInstance(data)) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("not event data: " + data.getClass().getName());
    }
}
