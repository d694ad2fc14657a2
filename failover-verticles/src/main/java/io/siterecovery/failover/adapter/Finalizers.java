package io.siterecovery.failover.adapter;

import io.siterecovery.model.ApiGroups;
import io.siterecovery.platform.JsonPatch;
import java.util.ArrayList;
import java.util.List;

/** Our finalizer among those of others, who keep theirs. */
final class Finalizers {

    static List<String> with(List<String> all) {
        List<String> more = new ArrayList<>(all);
        more.add(ApiGroups.FINALIZER);
        return more;
    }

    static List<String> without(List<String> all) {
        return all.stream().filter(f -> !f.equals(ApiGroups.FINALIZER)).toList();
    }

    /**
     * @param version of the object whose finalizers these are
     */
    static JsonPatch patch(String version, List<String> finalizers) {
        return JsonPatch.create().testVersion(version).add("/metadata/finalizers", finalizers);
    }

    private Finalizers() {}
}
