@NullMarked
package io.siterecovery.sandbox.kubernetes.print;

import org.jspecify.annotations.NullMarked;
