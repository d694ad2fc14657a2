/** Faults on demand, for tests: what API servers do on their bad days. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.faults;

import org.jspecify.annotations.NullMarked;
