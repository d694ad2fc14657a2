@NullMarked
package io.siterecovery.failover;

import org.jspecify.annotations.NullMarked;
