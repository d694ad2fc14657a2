/** The failover decision: {@code FailoverPolicy.decide(state, observation)}. Pure. */
@NullMarked
package io.siterecovery.failover.core.failover;

import org.jspecify.annotations.NullMarked;
