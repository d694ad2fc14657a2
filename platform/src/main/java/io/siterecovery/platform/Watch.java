package io.siterecovery.platform;

/** A running {@link KubernetesCluster#follow}. */
public interface Watch extends AutoCloseable {

    /** No callback starts after this has returned on the context of the follower. */
    @Override
    void close();
}
