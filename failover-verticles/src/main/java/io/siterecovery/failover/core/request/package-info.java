/** How wishes made elsewhere become operations of a deployment. Pure. */
@NullMarked
package io.siterecovery.failover.core.request;

import org.jspecify.annotations.NullMarked;
