@NullMarked
package io.siterecovery.events.operation;

import org.jspecify.annotations.NullMarked;
