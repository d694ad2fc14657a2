/** The real control plane in the model world: its processes, its network, what it watches. */
@NullMarked
package io.siterecovery.tests.simulation.control;

import org.jspecify.annotations.NullMarked;
