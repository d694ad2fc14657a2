/** Who may run a group: claims, holders and the few moves between them. Pure. */
@NullMarked
package io.siterecovery.failover.core.ownership;

import org.jspecify.annotations.NullMarked;
