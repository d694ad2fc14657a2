/** Discovery and OpenAPI documents. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.discovery;

import org.jspecify.annotations.NullMarked;
