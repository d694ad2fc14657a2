/** Effects carried out on Kubernetes and Kafka, and states stored there. */
@NullMarked
package io.siterecovery.failover.adapter;

import org.jspecify.annotations.NullMarked;
