/** The simulator run as tests. */
@NullMarked
package io.siterecovery.tests.simulation;

import org.jspecify.annotations.NullMarked;
