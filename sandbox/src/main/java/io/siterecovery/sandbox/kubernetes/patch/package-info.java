/** JSON patch, merge patch and strategic merge patch. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.patch;

import org.jspecify.annotations.NullMarked;
