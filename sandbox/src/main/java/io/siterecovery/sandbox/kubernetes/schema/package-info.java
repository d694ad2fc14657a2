/** Structural schemas of custom resources: defaults, pruning, validation, CEL rules. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.schema;

import org.jspecify.annotations.NullMarked;
