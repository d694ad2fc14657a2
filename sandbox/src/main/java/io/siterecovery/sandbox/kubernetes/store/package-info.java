/** The objects, their history and the watches on them, in memory. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.store;

import org.jspecify.annotations.NullMarked;
