/** One seed, one order of events: virtual time, dice, a story. */
@NullMarked
package io.siterecovery.tests.simulation.engine;

import org.jspecify.annotations.NullMarked;
