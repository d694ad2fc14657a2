/** Planted bugs that the simulation must find. */
@NullMarked
package io.siterecovery.tests.simulation.mutant;

import org.jspecify.annotations.NullMarked;
