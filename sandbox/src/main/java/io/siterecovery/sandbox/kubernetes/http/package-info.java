/** The listener: requests in, replies and watch streams out. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.http;

import org.jspecify.annotations.NullMarked;
