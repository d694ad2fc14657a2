/** What is wrong with a site, before anything is done about it. */
@NullMarked
package io.siterecovery.failover.core.diagnosis;

import org.jspecify.annotations.NullMarked;
