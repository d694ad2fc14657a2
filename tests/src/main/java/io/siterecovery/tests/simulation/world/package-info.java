/** The model world, as it truly is: API servers, KubeVirt, DRBD, agents, a broker, people. */
@NullMarked
package io.siterecovery.tests.simulation.world;

import org.jspecify.annotations.NullMarked;
