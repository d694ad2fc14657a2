package io.siterecovery.model;

import io.siterecovery.model.crd.Names;
import io.siterecovery.model.crd.Rule;
import io.siterecovery.model.crd.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A deployment: its two sites and how it wants to be treated. */
@Rule(
        value = "self.primary.name != self.dr.name",
        message = "primary and dr must be two different clusters")
@Rule(
        value =
                "!has(self.primary.clusterId) || !has(self.dr.clusterId)"
                        + " || self.primary.clusterId != self.dr.clusterId",
        message = "primary and dr must be two different clusters: clusterId is the same")
public record ProtectionZoneSpec(
        @Schema("The site where the VMs run in normal times.") Site primary,
        @Schema("The site that they move to.") Site dr,
        @Schema(
                        value = "What replicates the volumes.",
                        words = {"linstor", "drbd-operator"},
                        byDefault = "\"linstor\"")
                @Nullable String storageModel,
        @Schema(
                        value =
                                "Namespaces of both clusters that belong to this deployment; absent:"
                                        + " all. Required where another deployment shares a cluster.",
                        pattern = Names.LABEL,
                        maxLength = Names.LABEL_LENGTH,
                        minItems = 1,
                        maxItems = 1024,
                        distinct = true)
                @Nullable List<String> namespaces,
        @Schema(
                        value = "What to do when a site is lost: wait for a human, or fail over.",
                        words = {"Manual", "Automatic"},
                        byDefault = "\"Manual\"")
                @Nullable String failureResponse,
        @Schema(
                        value = "Seconds between a confirmed loss and an automatic failover.",
                        min = 60,
                        max = 86400,
                        byDefault = "60")
                @Nullable Integer automaticDelaySeconds,
        @Schema(
                        value =
                                "Remove DRBD's taints from the target's nodes, or let the group's"
                                        + " own VMs tolerate them.",
                        words = {"Remove", "Tolerate"},
                        byDefault = "\"Remove\"")
                @Nullable String taintPolicy,
        @Schema(
                        value =
                                "Keys of the taints that DRBD's own agents set on nodes; absent:"
                                        + " drbd.linbit.com/lost-quorum and"
                                        + " drbd.linbit.com/force-io-error.",
                        pattern = Names.QUALIFIED,
                        maxLength = Names.QUALIFIED_LENGTH,
                        minItems = 1,
                        maxItems = 16,
                        distinct = true)
                @Nullable List<String> drbdTaints,
        @Schema(
                        value = "Which storage class stands for which on the other site.",
                        maxItems = 64,
                        key = "primaryStorageClass")
                @Nullable List<StorageClassMapping> storageClassMappings,
        @Schema(
                        value =
                                "Seconds by name: FAILOVER_TIMEOUT, OPERATOR_TIMEOUT,"
                                        + " VM_START_TIMEOUT, DRBD_WAIT_TIME, TAINT_REMOVAL_WINDOW.",
                        min = 1,
                        max = 86400,
                        maxItems = 16)
                @Rule(
                        value =
                                "self.all(name, name in ['FAILOVER_TIMEOUT', 'OPERATOR_TIMEOUT',"
                                        + " 'VM_START_TIMEOUT', 'DRBD_WAIT_TIME',"
                                        + " 'TAINT_REMOVAL_WINDOW'])",
                        message =
                                "known timeouts are FAILOVER_TIMEOUT, OPERATOR_TIMEOUT,"
                                        + " VM_START_TIMEOUT, DRBD_WAIT_TIME and TAINT_REMOVAL_WINDOW")
                @Nullable Map<String, Integer> timeouts) {

    public record Site(
            @Schema(
                            value = "The cluster's name in this deployment.",
                            pattern = Names.LABEL,
                            maxLength = Names.LABEL_LENGTH)
                    String name,
            @Schema(
                            value = "Other names that a Failover may call it by.",
                            minLength = 1,
                            maxLength = Names.SUBDOMAIN_LENGTH,
                            maxItems = 16,
                            distinct = true)
                    @Nullable List<String> aliases,
            @Schema(
                            value =
                                    "UID of the cluster's namespace kube-system: tells physical"
                                            + " clusters apart.",
                            minLength = 1,
                            maxLength = 128)
                    @Nullable String clusterId) {}

    public record StorageClassMapping(
            @Schema(
                            value = "Class on the primary.",
                            minLength = 1,
                            maxLength = Names.SUBDOMAIN_LENGTH)
                    String primaryStorageClass,
            @Schema(
                            value = "Class on the DR site.",
                            minLength = 1,
                            maxLength = Names.SUBDOMAIN_LENGTH)
                    String drStorageClass) {}
}
