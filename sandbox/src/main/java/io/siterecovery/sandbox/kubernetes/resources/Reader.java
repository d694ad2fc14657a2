package io.siterecovery.sandbox.kubernetes.resources;

import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.store.ObjectStore.Listing;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads objects, one or many, and hands long lists out in pages of one consistent view. */
public final class Reader {
    /** Lists that are being paged through at one time; the oldest is forgotten (410) beyond it. */
    private static final int MAX_OPEN_LISTS = 64;

    private static final Pattern TOKEN = Pattern.compile("[0-9a-f-]{36}\\.\\d{1,9}");

    private final Cluster cluster;
    private volatile Map<ObjectTable, Listing> frozen = Map.of();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Listing> open =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Listing> eldest) {
                    return size() > MAX_OPEN_LISTS;
                }
            };

    Reader(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * One page of a list.
     *
     * @param next token for the following page; "" after the last
     * @param remaining how many objects follow
     */
    public record Page(List<Stored> objects, long resourceVersion, String next, int remaining) {}

    /** Keeps an old view for readers that are content with one; or lets it go. */
    public void freeze(boolean on) {
        frozen = on ? cluster.store().snapshot() : Map.of();
    }

    /** As {@link #get}, for who is content with any version not older than this one. */
    public Stored getCached(Call call, long notOlderThan) {
        String namespace = call.resource().scope(call.namespace());
        Listing old = cached(call, notOlderThan);
        return old == null
                ? get(call)
                : old.objects().stream()
                        .filter(o -> o.namespace().equals(namespace))
                        .filter(o -> o.name().equals(call.name()))
                        .findFirst()
                        .orElseThrow(() -> ApiError.notFound(call.resource(), call.name()));
    }

    private @Nullable Listing cached(Call call, long notOlderThan) {
        Listing old = frozen.get(cluster.table(call.resource()));
        return old == null || old.resourceVersion() < notOlderThan ? null : old;
    }

    private Listing current(Call call, @Nullable Long notOlderThan) {
        Listing old = notOlderThan == null ? null : cached(call, notOlderThan);
        if (old == null) {
            return cluster.store().list(cluster.table(call.resource()), call.namespace());
        }
        String namespace = call.namespace();
        return new Listing(
                old.objects().stream()
                        .filter(o -> namespace.isEmpty() || o.namespace().equals(namespace))
                        .toList(),
                old.resourceVersion());
    }

    public Stored get(Call call) {
        Stored stored =
                cluster.store()
                        .get(
                                cluster.table(call.resource()),
                                call.resource().scope(call.namespace()),
                                call.name());
        if (stored == null) {
            throw ApiError.notFound(call.resource(), call.name());
        }
        return stored;
    }

    /**
     * @param limit greatest number of objects; 0 for all
     * @param notOlderThan version that a cached answer must have reached; null to ask for the truth
     */
    public Page list(
            Call call,
            Predicate<Stored> selector,
            int limit,
            @Nullable String continueToken,
            @Nullable Long notOlderThan) {
        Listing view;
        int from = 0;
        String id = UUID.randomUUID().toString();
        if (continueToken != null && !continueToken.isEmpty()) {
            int dot = continueToken.lastIndexOf('.');
            id = continueToken.substring(0, Math.max(dot, 0));
            if (!TOKEN.matcher(continueToken).matches()) {
                throw ApiError.badRequest("continue key is not valid: " + continueToken);
            }
            from = offset(continueToken.substring(dot + 1));
            view = reopened(id);
        } else {
            Listing all = current(call, notOlderThan);
            view =
                    new Listing(
                            all.objects().stream().filter(selector).toList(),
                            all.resourceVersion());
        }
        int size = view.objects().size();
        from = Math.min(from, size);
        int to = limit <= 0 ? size : (int) Math.min((long) from + limit, size);
        if (to < size) {
            keep(id, view);
        }
        return new Page(
                view.objects().subList(from, to),
                view.resourceVersion(),
                to < size ? id + "." + to : "",
                size - to);
    }

    private void keep(String id, Listing view) {
        lock.lock();
        try {
            open.put(id, view);
        } finally {
            lock.unlock();
        }
    }

    private Listing reopened(String id) {
        lock.lock();
        try {
            Listing view = open.get(id);
            if (view == null) {
                throw ApiError.expired(
                        "The provided continue parameter is too old to display a consistent list"
                                + " result. You can start a new list without the continue parameter.");
            }
            return view;
        } finally {
            lock.unlock();
        }
    }

    private static int offset(String text) {
        try {
            return Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw ApiError.badRequest("continue key is not valid");
        }
    }
}
