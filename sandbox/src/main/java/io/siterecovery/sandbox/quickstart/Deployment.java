package io.siterecovery.sandbox.quickstart;

import java.util.List;

/** One of the tenants that share the two sites. */
record Deployment(String name, List<String> namespaces) {

    static final Deployment PROD =
            new Deployment("prod", List.of("default", "production", "dr-system"));
    static final Deployment STAGING = new Deployment("staging", List.of("staging"));
    static final List<Deployment> ALL = List.of(PROD, STAGING);

    /** On the quorum cluster. */
    String namespace() {
        return "dr-" + name;
    }

    /** Who its kubeconfigs authenticate as. */
    String user() {
        return "site-recovery:" + name;
    }
}
