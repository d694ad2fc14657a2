package io.siterecovery.failover.adapter;

import io.siterecovery.failover.core.proof.Loss;
import io.siterecovery.model.FailoverStatus.MemberProgress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a failover beside its state.
 *
 * @param closedEpoch the ownership epoch that Close made, once it has
 * @param fence how the source is fenced, once it is
 * @param loss what the move costs in data, when it is granted
 */
public record Progress(
        List<MemberProgress> members,
        @Nullable Long closedEpoch,
        @Nullable String fence,
        @Nullable Loss loss) {

    public static final Progress NONE = new Progress(List.of(), null, null, null);
}
