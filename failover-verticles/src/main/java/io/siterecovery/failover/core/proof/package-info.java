/** When the target may start: the rules of docs/safety. Pure. */
@NullMarked
package io.siterecovery.failover.core.proof;

import org.jspecify.annotations.NullMarked;
