/** The REST API. */
@NullMarked
package io.siterecovery.tenants.api;

import org.jspecify.annotations.NullMarked;
