/** Whom it would harm to take DRBD's taints off a node. Pure. */
@NullMarked
package io.siterecovery.failover.core.taint;

import org.jspecify.annotations.NullMarked;
