/**
 * The hardware of the sandbox: DRBD kernels, KubeVirt, CSI and nodes. They play what a data centre
 * does by itself and decide nothing that the product decides.
 */
@NullMarked
package io.siterecovery.sandbox.players;

import org.jspecify.annotations.NullMarked;
