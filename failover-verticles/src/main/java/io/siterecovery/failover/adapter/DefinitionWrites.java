package io.siterecovery.failover.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.failover.core.definition.DefinitionPair.Named;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.platform.KubernetesJson;
import io.vertx.core.Future;
import java.util.Optional;

/** Reads and writes definitions whole, at the moment when they are copied. */
public final class DefinitionWrites {

    private final Ports tenant;

    public DefinitionWrites(Ports tenant) {
        this.tenant = tenant;
    }

    public Future<Optional<JsonNode>> read(ClusterId cluster, Named id) {
        return tenant.cluster(cluster.name())
                .get(id.kind(), id.namespace(), id.name())
                .map(found -> found.map(KubernetesJson::tree));
    }

    public Future<JsonNode> create(ClusterId cluster, Named id, ObjectNode object) {
        GenericKubernetesResource made = KubernetesJson.object(object);
        made.setApiVersion(id.kind().apiVersion());
        made.setKind(id.kind().kind());
        return tenant.cluster(cluster.name()).create(id.kind(), made).map(KubernetesJson::tree);
    }

    public Future<JsonNode> change(ClusterId cluster, Named id, ObjectNode patch) {
        return tenant.cluster(cluster.name())
                .mergePatch(id.kind(), id.namespace(), id.name(), patch)
                .map(KubernetesJson::tree);
    }
}
