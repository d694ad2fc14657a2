/** The quorum cluster, Kafka and the deployments' own clusters. */
@NullMarked
package io.siterecovery.tenants.adapter;

import org.jspecify.annotations.NullMarked;
