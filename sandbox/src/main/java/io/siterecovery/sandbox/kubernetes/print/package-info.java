/** Server-side printing: the Tables that kubectl shows. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.print;

import org.jspecify.annotations.NullMarked;
