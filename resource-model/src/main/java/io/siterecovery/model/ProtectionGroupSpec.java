package io.siterecovery.model;

import io.siterecovery.model.crd.Names;
import io.siterecovery.model.crd.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the user wishes for a group. */
public record ProtectionGroupSpec(
        @Schema(
                        value =
                                "The VMs that are protected and moved together; all in one"
                                        + " namespace.",
                        minItems = 1,
                        maxItems = Names.MEMBERS,
                        key = "name")
                List<Member> virtualMachines,
        @Schema(
                        value =
                                "Whether the VMs shall run. Where the group is not held they stay"
                                        + " stopped whatever this says.",
                        words = {"running", "stopped"},
                        byDefault = "\"running\"")
                @Nullable String desiredState,
        @Schema("How the volumes are replicated.") @Nullable ReplicationPolicy replicationPolicy,
        @Schema(
                        value =
                                "Leave the VMs alone. What the group does not hold is stopped all"
                                        + " the same.",
                        byDefault = "false")
                @Nullable Boolean paused,
        @Schema(
                        value =
                                "When many groups fail over to a cluster at once, those with a low"
                                        + " number are served first. 1 is the most important.",
                        min = 1,
                        max = 5,
                        byDefault = "3")
                @Nullable Integer priority,
        @Schema(
                        value =
                                "What to do when a copied definition at the other site was changed"
                                        + " there: Mend it, or only Report it in condition Synced.",
                        words = {"Mend", "Report"},
                        byDefault = "\"Mend\"")
                @Nullable String driftPolicy) {

    /** A VM of the group. */
    public record Member(
            @Schema(
                            value = "The VM's name.",
                            pattern = Names.SUBDOMAIN,
                            maxLength = Names.SUBDOMAIN_LENGTH)
                    String name,
            @Schema(
                            value = "The VM's namespace; absent: the group's own.",
                            pattern = Names.LABEL,
                            maxLength = Names.LABEL_LENGTH)
                    @Nullable String namespace,
            @Schema(
                            value =
                                    "Groups start in the order 1 to 5 and stop in the order 5 to 1.",
                            min = 1,
                            max = 5,
                            byDefault = "3")
                    @Nullable Integer bootGroup,
            @Schema(
                            value = "VMs of this group that must be ready before this one starts.",
                            pattern = Names.SUBDOMAIN,
                            maxLength = Names.SUBDOMAIN_LENGTH,
                            maxItems = 32,
                            distinct = true)
                    @Nullable List<String> dependsOn) {}

    public record ReplicationPolicy(
            @Schema(
                            value =
                                    "synchronous: a write is acknowledged when both sites have it."
                                            + " asynchronous: when the active one has it.",
                            words = {"synchronous", "asynchronous"},
                            byDefault = "\"synchronous\"")
                    @Nullable String type,
            @Schema(
                            value = "The cluster that the replicas live on.",
                            minLength = 1,
                            maxLength = Names.SUBDOMAIN_LENGTH)
                    @Nullable String remoteCluster) {}
}
