@NullMarked
package io.siterecovery.sandbox.kubernetes;

import org.jspecify.annotations.NullMarked;
