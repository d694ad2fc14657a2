@NullMarked
package io.siterecovery.watchers;

import org.jspecify.annotations.NullMarked;
