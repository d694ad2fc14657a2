package io.siterecovery.sandbox.kubernetes.http;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The open watches of a server, and the requests that a black hole holds back. */
public final class OpenStreams {
    private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

    void add(WatchStream stream) {
        streams.add(stream);
    }

    void remove(WatchStream stream) {
        streams.remove(stream);
    }

    void hold(Runnable request) {
        held.add(request);
    }

    /**
     * @param resource plural; "" for all
     */
    public void drop(String resource) {
        streams.stream().filter(s -> s.isOn(resource)).forEach(WatchStream::drop);
    }

    /** Goes on with all that has waited. */
    public void release() {
        for (Runnable request = held.poll(); request != null; request = held.poll()) {
            request.run();
        }
        streams.forEach(WatchStream::wake);
    }
}
