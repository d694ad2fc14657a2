/** A deployment's verticles: observe, decide, store, act. */
@NullMarked
package io.siterecovery.failover.verticle;

import org.jspecify.annotations.NullMarked;
