package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.failover.core.diagnosis.AutomaticResponse;
import io.siterecovery.failover.core.failover.Decision;
import io.siterecovery.failover.core.failover.Effect;
import io.siterecovery.failover.core.failover.FailoverOrder;
import io.siterecovery.failover.core.failover.FailoverState;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Preflight;
import io.siterecovery.failover.core.group.GroupDecision;
import io.siterecovery.failover.core.group.GroupEffect;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.verticle.Decisions;
import java.util.List;
import java.util.function.UnaryOperator;

/** The product's decisions; a mutant overrides the one that it spoils. */
class Altered implements Decisions {

    private final Decisions sound;

    Altered(Decisions sound) {
        this.sound = sound;
    }

    @Override
    public FailoverState judge(Pending pending, FailoverOrder order, Preflight.Seen seen) {
        return sound.judge(pending, order, seen);
    }

    @Override
    public Decision step(Active state, Observation seen, String deployment) {
        return sound.step(state, seen, deployment);
    }

    @Override
    public List<Effect> letGo(
            Ownership ownership,
            OwnershipSeen current,
            String uid,
            boolean sourceAnswers,
            boolean desiredStateShown) {
        return sound.letGo(ownership, current, uid, sourceAnswers, desiredStateShown);
    }

    @Override
    public List<Effect> giveBack(OwnershipSeen current, Side source, Side target) {
        return sound.giveBack(current, source, target);
    }

    @Override
    public GroupDecision group(GroupObservation seen) {
        return sound.group(seen);
    }

    @Override
    public AutomaticResponse.Answer respond(AutomaticResponse.Seen seen) {
        return sound.respond(seen);
    }

    /** Sees the world other than it is. */
    static Decisions seeing(Decisions sound, UnaryOperator<Observation> alter) {
        return new Altered(sound) {
            @Override
            public Decision step(Active state, Observation seen, String deployment) {
                return super.step(state, alter.apply(seen), deployment);
            }
        };
    }

    /** Sees groups other than they are. */
    static Decisions seeingGroups(Decisions sound, UnaryOperator<GroupObservation> alter) {
        return new Altered(sound) {
            @Override
            public GroupDecision group(GroupObservation seen) {
                return super.group(alter.apply(seen));
            }
        };
    }

    /** Does something else than was decided for a group. */
    static Decisions doing(Decisions sound, GroupActions alter) {
        return new Altered(sound) {
            @Override
            public GroupDecision group(GroupObservation seen) {
                GroupDecision decision = super.group(seen);
                return new GroupDecision(
                        alter.instead(seen, decision.actions()), decision.report());
            }
        };
    }

    /** What to do instead. */
    interface GroupActions {
        List<GroupEffect> instead(GroupObservation seen, List<GroupEffect> actions);
    }

    static Decision decision(FailoverState next, Effect... effects) {
        return new Decision(next, List.of(effects));
    }
}
