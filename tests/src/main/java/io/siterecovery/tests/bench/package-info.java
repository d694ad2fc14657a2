/** Benchmarks: ratios against a limit measured in the same run, printed, never asserted. */
@NullMarked
package io.siterecovery.tests.bench;

import org.jspecify.annotations.NullMarked;
