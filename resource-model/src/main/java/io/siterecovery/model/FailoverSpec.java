package io.siterecovery.model;

import io.siterecovery.model.crd.Names;
import io.siterecovery.model.crd.Rule;
import io.siterecovery.model.crd.Schema;
import org.jspecify.annotations.Nullable;

/** The order to move a group. Everything but {@code cancel} is immutable. */
@Rule(
        value = "self.protectionGroup == oldSelf.protectionGroup",
        message = "protectionGroup is immutable: make another Failover")
@Rule(
        value =
                "has(self.protectionGroupNamespace) == has(oldSelf.protectionGroupNamespace)"
                        + " && (!has(self.protectionGroupNamespace)"
                        + " || self.protectionGroupNamespace == oldSelf.protectionGroupNamespace)",
        message = "protectionGroupNamespace is immutable: make another Failover")
@Rule(
        value = "self.targetCluster == oldSelf.targetCluster",
        message = "targetCluster is immutable: make another Failover")
@Rule(
        value = "self.failoverType == oldSelf.failoverType",
        message = "failoverType is immutable: make another Failover")
@Rule(value = "self.force == oldSelf.force", message = "force is immutable: make another Failover")
@Rule(
        value =
                "has(self.reason) == has(oldSelf.reason)"
                        + " && (!has(self.reason) || self.reason == oldSelf.reason)",
        message = "reason is immutable: make another Failover")
@Rule(
        value = "self.dryRun == oldSelf.dryRun",
        message = "dryRun is immutable: make another Failover")
@Rule(
        value = "self.cancel || !oldSelf.cancel",
        message = "cancel cannot be taken back: make another Failover")
public record FailoverSpec(
        @Schema(
                        value = "Name of the ProtectionGroup to move.",
                        pattern = Names.SUBDOMAIN,
                        maxLength = Names.SUBDOMAIN_LENGTH)
                String protectionGroup,
        @Schema(
                        value =
                                "Namespace of the ProtectionGroup; needed only where its name alone"
                                        + " is ambiguous.",
                        pattern = Names.LABEL,
                        maxLength = Names.LABEL_LENGTH)
                @Nullable String protectionGroupNamespace,
        @Schema(
                        value =
                                "Where the VMs shall run afterwards: the name or an alias of a"
                                        + " cluster, or primary, dr, primary-cluster, dr-cluster.",
                        minLength = 1,
                        maxLength = Names.SUBDOMAIN_LENGTH)
                String targetCluster,
        @Schema(
                        value =
                                "planned: the source answers and no data may be missing. emergency:"
                                        + " the source may be gone.",
                        words = {"planned", "emergency"},
                        byDefault = "\"planned\"")
                @Nullable String failoverType,
        @Schema(
                        value =
                                "Skip the check whom else it would harm, for groups of this"
                                        + " deployment.",
                        byDefault = "false")
                @Nullable Boolean force,
        @Schema(value = "Why, for the audit trail.", maxLength = 1024) @Nullable String reason,
        @Schema(value = "Check only; nothing is changed.", byDefault = "false")
                @Nullable Boolean dryRun,
        @Schema(
                        value =
                                "Give up and go back, as long as that is possible. May be set later.",
                        byDefault = "false")
                @Nullable Boolean cancel) {}
