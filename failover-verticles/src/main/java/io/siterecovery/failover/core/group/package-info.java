/** What a group should look like on each site, and what is wrong with it. Pure. */
@NullMarked
package io.siterecovery.failover.core.group;

import org.jspecify.annotations.NullMarked;
