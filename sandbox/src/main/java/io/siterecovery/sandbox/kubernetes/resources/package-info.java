/** The verbs: create, read, update, patch, delete, on built-in and custom resources alike. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.resources;

import org.jspecify.annotations.NullMarked;
