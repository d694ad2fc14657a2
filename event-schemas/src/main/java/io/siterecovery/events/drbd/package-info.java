@NullMarked
package io.siterecovery.events.drbd;

import org.jspecify.annotations.NullMarked;
