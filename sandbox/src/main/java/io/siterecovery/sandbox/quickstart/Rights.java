package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.model.ResourceKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The ClusterRoles of a manifest, for whoever is to have them. */
record Rights(List<ObjectNode> roles) {

    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final ResourceKind ROLE =
            new ResourceKind(GROUP, "v1", "ClusterRole", "clusterroles", false);
    private static final ResourceKind BINDING =
            new ResourceKind(GROUP, "v1", "ClusterRoleBinding", "clusterrolebindings", false);

    static Rights of(Path manifest) {
        try (MappingIterator<ObjectNode> documents =
                new YAMLMapper().readerFor(ObjectNode.class).readValues(manifest.toFile())) {
            return new Rights(
                    documents.readAll().stream()
                            .filter(o -> o.path("kind").asText().equals(ROLE.kind()))
                            .toList());
        } catch (IOException e) {
            throw new QuickstartFailure(manifest + ": " + e.getMessage(), e);
        }
    }

    void grant(SiteApi api, String group) {
        for (ObjectNode role : roles) {
            api.ensure(ROLE, role);
            String name = role.at("/metadata/name").asText();
            ObjectNode binding = Definitions.object(BINDING, null, name);
            binding.putObject("roleRef")
                    .put("apiGroup", GROUP)
                    .put("kind", ROLE.kind())
                    .put("name", name);
            binding.putArray("subjects")
                    .addObject()
                    .put("apiGroup", GROUP)
                    .put("kind", "Group")
                    .put("name", group);
            api.ensure(BINDING, binding);
        }
    }
}
