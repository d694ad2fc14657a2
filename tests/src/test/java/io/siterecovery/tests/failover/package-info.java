@NullMarked
package io.siterecovery.tests.failover;

import org.jspecify.annotations.NullMarked;
