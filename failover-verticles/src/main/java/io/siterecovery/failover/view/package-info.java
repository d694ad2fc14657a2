/** What is known of a deployment's clusters, rebuilt from its topics. */
@NullMarked
package io.siterecovery.failover.view;

import org.jspecify.annotations.NullMarked;
