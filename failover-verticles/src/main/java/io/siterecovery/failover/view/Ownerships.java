package io.siterecovery.failover.view;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.Ownership.Instance;
import io.siterecovery.failover.core.ownership.Ownership.Lock;
import io.siterecovery.failover.core.ownership.Ownership.Past;
import io.siterecovery.model.GroupOwnershipSpec;
import java.util.List;
import java.util.Optional;

/** An ownership as it is stored, and back. */
public final class Ownerships {

    public static Ownership read(GroupOwnershipSpec stored) {
        return new Ownership(
                holder(stored.holder()),
                stored.epoch(),
                Optional.ofNullable(stored.operation())
                        .map(
                                uid ->
                                        new Lock(
                                                uid,
                                                Optional.ofNullable(stored.operationName())
                                                        .orElse(""))),
                Optional.ofNullable(stored.instance()).map(i -> new Instance(i.id(), i.term())),
                Optional.ofNullable(stored.history()).orElse(List.of()).stream()
                        .map(p -> new Past(p.origin(), p.name(), p.uid()))
                        .toList());
    }

    public static GroupOwnershipSpec write(GroupId group, Ownership ownership) {
        return new GroupOwnershipSpec(
                group.namespace(),
                group.name(),
                switch (ownership.holder()) {
                    case Holder.At(var at) -> new GroupOwnershipSpec.Holder(at.name(), null, null);
                    case Holder.Moving(var from, var to) ->
                            new GroupOwnershipSpec.Holder(
                                    null,
                                    new GroupOwnershipSpec.Moving(from.name(), to.name()),
                                    null);
                    case Holder.Unclaimed() -> new GroupOwnershipSpec.Holder(null, null, true);
                },
                ownership.epoch(),
                ownership.lock().map(Lock::uid).orElse(null),
                ownership.lock().map(Lock::failover).orElse(null),
                ownership
                        .instance()
                        .map(i -> new GroupOwnershipSpec.Instance(i.id(), i.term()))
                        .orElse(null),
                ownership.history().isEmpty()
                        ? null
                        : ownership.history().stream()
                                .map(
                                        p ->
                                                new GroupOwnershipSpec.Past(
                                                        p.origin(), p.name(), p.uid()))
                                .toList());
    }

    private static Holder holder(GroupOwnershipSpec.Holder stored) {
        if (stored.at() != null) {
            return new Holder.At(new ClusterId(stored.at()));
        }
        if (stored.moving() != null) {
            return new Holder.Moving(
                    new ClusterId(stored.moving().from()), new ClusterId(stored.moving().to()));
        }
        return new Holder.Unclaimed();
    }

    private Ownerships() {}
}
