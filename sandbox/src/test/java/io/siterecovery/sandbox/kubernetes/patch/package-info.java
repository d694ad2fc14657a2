@NullMarked
package io.siterecovery.sandbox.kubernetes.patch;

import org.jspecify.annotations.NullMarked;
