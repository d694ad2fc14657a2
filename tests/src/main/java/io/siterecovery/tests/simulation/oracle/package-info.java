/** What must hold, judged on the model's own truth. */
@NullMarked
package io.siterecovery.tests.simulation.oracle;

import org.jspecify.annotations.NullMarked;
