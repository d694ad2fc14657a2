package io.siterecovery.sandbox.quickstart;

/** The three API servers, embedded or given. */
interface Clusters extends AutoCloseable {

    /** For people: may do everything. */
    String administrator(Role role);

    /** For those who play KubeVirt, CSI and nodes there. */
    String players(Role role);

    /** For one deployment on a workload cluster. */
    String deployment(Role role, Deployment deployment);

    /** For the control plane on the quorum cluster. */
    String controlPlane();

    /** For the tenant-manager on the quorum cluster. */
    String tenantManager();

    @Override
    void close();
}
