/** CEL expressions over JSON, through the library {@code dev.cel}. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.cel;

import org.jspecify.annotations.NullMarked;
