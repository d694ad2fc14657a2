/** The broker of the embedded world: a real one, in this process. */
@NullMarked
package io.siterecovery.sandbox.kafka;

import org.jspecify.annotations.NullMarked;
