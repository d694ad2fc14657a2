@NullMarked
package io.siterecovery.events.cluster;

import org.jspecify.annotations.NullMarked;
