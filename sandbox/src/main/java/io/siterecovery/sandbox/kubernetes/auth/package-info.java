/** Who calls: the server's own certificate authority and the users in its client certificates. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.auth;

import org.jspecify.annotations.NullMarked;
