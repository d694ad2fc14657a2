/** What drbdsetup says, merged into state: pure, without clock, process or network. */
@NullMarked
package io.siterecovery.agent.core;

import org.jspecify.annotations.NullMarked;
