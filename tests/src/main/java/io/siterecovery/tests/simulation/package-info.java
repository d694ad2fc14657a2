/** The control plane in a model world that fails in every way its seed can think of. */
@NullMarked
package io.siterecovery.tests.simulation;

import org.jspecify.annotations.NullMarked;
