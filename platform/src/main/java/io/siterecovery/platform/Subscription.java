package io.siterecovery.platform;

import io.vertx.core.Future;

/** One reader of one topic. */
public interface Subscription {

    /**
     * Completes when every record that was in the topic at the time of subscribing has been
     * handled.
     */
    Future<Void> caughtUp();

    /** Offset of the next record that will be handled. */
    long position();

    /** No record is handled after this has returned on the subscriber's context. */
    void close();
}
