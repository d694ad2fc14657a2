/** What has to stand at the other site before it is needed there, and whether it does. Pure. */
@NullMarked
package io.siterecovery.failover.core.definition;

import org.jspecify.annotations.NullMarked;
