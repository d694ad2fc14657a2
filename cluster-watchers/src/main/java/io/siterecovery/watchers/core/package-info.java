/** What of an object is a fact, and whose it is: pure. */
@NullMarked
package io.siterecovery.watchers.core;

import org.jspecify.annotations.NullMarked;
