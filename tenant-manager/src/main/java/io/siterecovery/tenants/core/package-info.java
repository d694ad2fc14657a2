/** What a deployment consists of, who may do what, and what a preflight finds. Pure. */
@NullMarked
package io.siterecovery.tenants.core;

import org.jspecify.annotations.NullMarked;
