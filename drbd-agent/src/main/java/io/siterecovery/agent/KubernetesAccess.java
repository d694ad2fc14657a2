package io.siterecovery.agent;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the agent reaches the API server of its own cluster: inside a pod all of it is there.
 *
 * @param tokenFile read anew for each call, since it is replaced from time to time
 * @param certificateFile a client certificate, PEM, where there are no tokens
 * @param keyFile its key, PKCS 8 in PEM
 */
public record KubernetesAccess(
        URI server,
        Optional<Path> tokenFile,
        Optional<Path> authorityFile,
        Optional<Path> certificateFile,
        Optional<Path> keyFile) {}
