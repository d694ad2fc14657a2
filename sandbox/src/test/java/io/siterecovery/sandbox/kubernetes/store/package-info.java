@NullMarked
package io.siterecovery.sandbox.kubernetes.store;

import org.jspecify.annotations.NullMarked;
