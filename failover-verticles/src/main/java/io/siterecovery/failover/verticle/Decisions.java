package io.siterecovery.failover.verticle;

import io.siterecovery.failover.core.diagnosis.AutomaticResponse;
import io.siterecovery.failover.core.failover.Decision;
import io.siterecovery.failover.core.failover.Effect;
import io.siterecovery.failover.core.failover.FailoverOrder;
import io.siterecovery.failover.core.failover.FailoverPolicy;
import io.siterecovery.failover.core.failover.FailoverState;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Preflight;
import io.siterecovery.failover.core.group.GroupDecision;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupPolicy;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import java.util.List;

/** What is asked what to do: the cores, and the one place where they meet those who act. */
public interface Decisions {

    FailoverState judge(Pending pending, FailoverOrder order, Preflight.Seen seen);

    Decision step(Active state, Observation seen, String deployment);

    List<Effect> letGo(
            Ownership ownership,
            OwnershipSeen current,
            String uid,
            boolean sourceAnswers,
            boolean desiredStateShown);

    List<Effect> giveBack(OwnershipSeen current, Side source, Side target);

    GroupDecision group(GroupObservation seen);

    AutomaticResponse.Answer respond(AutomaticResponse.Seen seen);

    /** The cores as they are. */
    record Core() implements Decisions {

        @Override
        public FailoverState judge(Pending pending, FailoverOrder order, Preflight.Seen seen) {
            return Preflight.judge(pending, order, seen);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            return FailoverPolicy.decide(state, seen, deployment);
        }

        @Override
        public List<Effect> letGo(
                Ownership ownership,
                OwnershipSeen current,
                String uid,
                boolean sourceAnswers,
                boolean desiredStateShown) {
            return FailoverPolicy.letGo(ownership, current, uid, sourceAnswers, desiredStateShown);
        }

        @Override
        public List<Effect> giveBack(OwnershipSeen current, Side source, Side target) {
            return FailoverPolicy.giveBack(current, source, target);
        }

        @Override
        public GroupDecision group(GroupObservation seen) {
            return GroupPolicy.decide(seen);
        }

        @Override
        public AutomaticResponse.Answer respond(AutomaticResponse.Seen seen) {
            return AutomaticResponse.judge(seen);
        }
    }
}
