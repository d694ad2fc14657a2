package io.siterecovery.model;

import io.siterecovery.model.crd.Names;
import io.siterecovery.model.crd.Rule;
import io.siterecovery.model.crd.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may run a group, and the lock: the one linearizable record of both, written by the control
 * plane alone.
 */
@Rule(value = "self.epoch >= oldSelf.epoch", message = "epoch never goes back")
@Rule(
        value = "self.holder == oldSelf.holder || self.epoch > oldSelf.epoch",
        message = "a new holder needs a higher epoch")
@Rule(
        value =
                "!has(self.instance) || !has(oldSelf.instance)"
                        + " || self.instance.term >= oldSelf.instance.term",
        message = "instance.term never goes back")
public record GroupOwnershipSpec(
        @Schema(
                        value = "The VMs' namespace.",
                        pattern = Names.LABEL,
                        maxLength = Names.LABEL_LENGTH)
                @Rule(value = "self == oldSelf", message = "namespace is immutable")
                String namespace,
        @Schema(
                        value = "The ProtectionGroup's name.",
                        pattern = Names.SUBDOMAIN,
                        maxLength = Names.SUBDOMAIN_LENGTH)
                @Rule(value = "self == oldSelf", message = "group is immutable")
                String group,
        @Schema("Who may run the group.") Holder holder,
        @Schema(value = "One more at each change of holder; never goes back.", min = 0) long epoch,
        @Schema(
                        value =
                                "Uid of the running Failover: the lock. Absent when nobody holds it.",
                        minLength = 1,
                        maxLength = 128)
                @Nullable String operation,
        @Schema(
                        value = "The running Failover as <namespace>/<name>.",
                        maxLength = 2 * Names.SUBDOMAIN_LENGTH)
                @Nullable String operationName,
        @Schema("The instance of the control plane that acts for the group.")
                @Nullable Instance instance,
        @Schema(value = "The last Failovers carried out, oldest first.", maxItems = 200)
                @Nullable List<Past> history) {

    @Rule(
            value =
                    "(has(self.at) ? 1 : 0) + (has(self.moving) ? 1 : 0)"
                            + " + (has(self.unclaimed) ? 1 : 0) == 1",
            message = "exactly one of at, moving and unclaimed must be set")
    @Rule(
            value = "!has(self.unclaimed) || self.unclaimed",
            message = "unclaimed is either true or absent")
    public record Holder(
            @Schema(
                            value = "The cluster that may run the group.",
                            minLength = 1,
                            maxLength = Names.SUBDOMAIN_LENGTH)
                    @Nullable String at,
            @Schema("Nobody may start it: it is on its way.") @Nullable Moving moving,
            @Schema("Nobody is known to run it.") @Nullable Boolean unclaimed) {}

    public record Moving(
            @Schema(
                            value = "The cluster it leaves.",
                            minLength = 1,
                            maxLength = Names.SUBDOMAIN_LENGTH)
                    String from,
            @Schema(
                            value = "The cluster it goes to.",
                            minLength = 1,
                            maxLength = Names.SUBDOMAIN_LENGTH)
                    String to) {}

    public record Instance(
            @Schema(value = "Name of the instance.", minLength = 1, maxLength = 253) String id,
            @Schema(value = "One more at each take.", min = 0) long term) {}

    /** A Failover that was carried out: a name is not carried out twice. */
    public record Past(
            @Schema(
                            value = "Where it was ordered: <cluster>/<namespace>.",
                            maxLength = 2 * Names.SUBDOMAIN_LENGTH)
                    String origin,
            @Schema(value = "Its name.", maxLength = Names.SUBDOMAIN_LENGTH) String name,
            @Schema(value = "Its uid.", maxLength = 128) String uid) {}
}
