package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.model.ResourceKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The roles of a manifest, for whoever is to have them. */
record Rights(List<ObjectNode> roles) {

    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final String ROLE_WORD = "Role";
    private static final ResourceKind ROLE =
            new ResourceKind(GROUP, "v1", "ClusterRole", "clusterroles", false);
    private static final ResourceKind BINDING =
            new ResourceKind(GROUP, "v1", "ClusterRoleBinding", "clusterrolebindings", false);
    private static final ResourceKind LOCAL_ROLE =
            new ResourceKind(GROUP, "v1", "Role", "roles", true);
    private static final ResourceKind LOCAL_BINDING =
            new ResourceKind(GROUP, "v1", "RoleBinding", "rolebindings", true);

    static Rights of(Path manifest) {
        try (MappingIterator<ObjectNode> documents =
                new YAMLMapper().readerFor(ObjectNode.class).readValues(manifest.toFile())) {
            return new Rights(
                    documents.readAll().stream()
                            .filter(o -> o.path("kind").asText().endsWith(ROLE_WORD))
                            .toList());
        } catch (IOException e) {
            throw new QuickstartFailure(manifest + ": " + e.getMessage(), e);
        }
    }

    /** Makes the roles; whom they are given to is another matter. */
    void define(SiteApi api) {
        roles.forEach(role -> api.ensure(isLocal(role) ? LOCAL_ROLE : ROLE, role));
    }

    void grant(SiteApi api, String group) {
        define(api);
        for (ObjectNode role : roles) {
            String name = role.at("/metadata/name").asText();
            ResourceKind kind = isLocal(role) ? LOCAL_BINDING : BINDING;
            ObjectNode binding =
                    Definitions.object(
                            kind,
                            isLocal(role) ? role.at("/metadata/namespace").asText() : null,
                            name);
            binding.putObject("roleRef")
                    .put("apiGroup", GROUP)
                    .put("kind", role.path("kind").asText())
                    .put("name", name);
            binding.putArray("subjects")
                    .addObject()
                    .put("apiGroup", GROUP)
                    .put("kind", "Group")
                    .put("name", group);
            api.ensure(kind, binding);
        }
    }

    private static boolean isLocal(ObjectNode role) {
        return role.path("kind").asText().equals(LOCAL_ROLE.kind());
    }
}
