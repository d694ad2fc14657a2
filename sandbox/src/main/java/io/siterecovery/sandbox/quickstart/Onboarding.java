package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.model.crd.Crd;
import java.util.List;
import java.util.Map;

/** Makes deployments what onboarding would make them. */
record Onboarding(Ways ways, Map<Role, SiteApi> apis) {

    /** CRDs first and on their own: an API server needs a moment until it serves them. */
    void installDefinitions() {
        for (SiteApi api : apis.values()) {
            for (Crd crd : Crd.ALL) {
                api.ensure(ResourceKind.CUSTOM_RESOURCE_DEFINITION, crd.toJson());
            }
        }
    }

    void onboard(Deployment deployment) {
        SiteApi quorum = api(Role.QUORUM);
        quorum.ensure(ResourceKind.NAMESPACE, Definitions.deploymentNamespace(deployment.name()));
        for (Role role : List.of(Role.PRIMARY, Role.DR)) {
            String kubeconfig = ways.kubeconfig(role, deployment);
            quorum.ensure(
                    ResourceKind.SECRET,
                    Definitions.kubeconfigSecret(
                            deployment.namespace(), role.word() + "-kubeconfig", kubeconfig));
        }
        quorum.ensure(
                ResourceKind.PROTECTION_ZONE,
                Definitions.zone(deployment.name(), zone(deployment)));
    }

    /** What is sent to the tenant-manager. */
    ObjectNode orderOf(Deployment deployment) {
        return PlatformStaff.orderOf(
                deployment,
                zone(deployment),
                Map.of(
                        Role.PRIMARY,
                        ways.kubeconfig(Role.PRIMARY, deployment),
                        Role.DR,
                        ways.kubeconfig(Role.DR, deployment)));
    }

    private ProtectionZoneSpec zone(Deployment deployment) {
        return new ProtectionZoneSpec(
                site(Role.PRIMARY),
                site(Role.DR),
                "linstor",
                deployment.namespaces(),
                "Manual",
                null,
                "Remove",
                null,
                null,
                null);
    }

    private ProtectionZoneSpec.Site site(Role role) {
        return new ProtectionZoneSpec.Site(role.cluster(), null, api(role).uid());
    }

    private SiteApi api(Role role) {
        SiteApi api = apis.get(role);
        if (api == null) {
            throw new IllegalStateException("no " + role);
        }
        return api;
    }
}
