@NullMarked
package io.siterecovery.events;

import org.jspecify.annotations.NullMarked;
