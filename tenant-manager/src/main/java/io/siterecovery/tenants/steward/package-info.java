/** Keeps deployments as they were ordered: what is missing is made, what goes leaves nothing. */
@NullMarked
package io.siterecovery.tenants.steward;

import org.jspecify.annotations.NullMarked;
