/** {@code ./quickstart}: the whole world on one machine, and one planned failover in it. */
@NullMarked
package io.siterecovery.sandbox.quickstart;

import org.jspecify.annotations.NullMarked;
