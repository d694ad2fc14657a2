/**
 * An embedded Kubernetes API server for development worlds and tests; entry {@link
 * io.siterecovery.sandbox.kubernetes.KubernetesApiServer}.
 */
@NullMarked
package io.siterecovery.sandbox.kubernetes;

import org.jspecify.annotations.NullMarked;
