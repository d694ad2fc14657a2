package io.siterecovery.failover.core.failover;

import java.util.List;

/** The answer: the state to store first, then the effects to carry out. */
public record Decision(FailoverState next, List<Effect> effects) {

    static Decision of(FailoverState next, Effect... effects) {
        return new Decision(next, List.of(effects));
    }
}
