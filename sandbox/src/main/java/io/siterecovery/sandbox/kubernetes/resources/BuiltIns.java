package io.siterecovery.sandbox.kubernetes.resources;

import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.api.Conversion;
import io.siterecovery.sandbox.kubernetes.api.Strategy;
import io.siterecovery.sandbox.kubernetes.print.BuiltInColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The kinds that are there without a CustomResourceDefinition. */
final class BuiltIns {
    private static final List<String> EVENT_FIELDS =
            List.of(
                    "involvedObject.kind",
                    "involvedObject.namespace",
                    "involvedObject.name",
                    "involvedObject.uid",
                    "involvedObject.apiVersion",
                    "involvedObject.resourceVersion",
                    "involvedObject.fieldPath",
                    "reason",
                    "reportingComponent",
                    "source",
                    "type");

    static final List<ApiResource> RESOURCES = List.copyOf(all());

    private BuiltIns() {}

    private static List<ApiResource> all() {
        List<ApiResource> all = new ArrayList<>();
        all.add(
                cluster("", "v1", "Namespace", "namespaces", "ns")
                        .status()
                        .select("status.phase")
                        .with(new Kinds.NamespaceStrategy())
                        .build());
        all.add(
                cluster("", "v1", "Node", "nodes", "no")
                        .status()
                        .select("spec.unschedulable")
                        .with(Kinds.NODE)
                        .build());
        all.add(
                in("", "v1", "Pod", "pods", "po")
                        .status()
                        .category("all")
                        .select(
                                "spec.nodeName",
                                "status.phase",
                                "spec.restartPolicy",
                                "spec.schedulerName",
                                "spec.serviceAccountName",
                                "status.podIP",
                                "status.nominatedNodeName")
                        .with(new Kinds.PodStrategy())
                        .build());
        all.add(
                in("", "v1", "ConfigMap", "configmaps", "cm")
                        .with(new DataKinds.ConfigMapStrategy())
                        .build());
        all.add(
                in("", "v1", "Secret", "secrets")
                        .select("type")
                        .with(new DataKinds.SecretStrategy())
                        .build());
        all.add(in("", "v1", "ServiceAccount", "serviceaccounts", "sa").build());
        all.add(in("", "v1", "Service", "services", "svc").status().category("all").build());
        all.add(
                in("", "v1", "Event", "events", "ev")
                        .select(EVENT_FIELDS.toArray(String[]::new))
                        .with(Kinds.EVENT)
                        .build());
        all.add(
                in("events.k8s.io", "v1", "Event", "events", "ev")
                        .select(EVENT_FIELDS.toArray(String[]::new))
                        .storedAs("events", new EventConversion())
                        .build());
        all.add(
                cluster("", "v1", "PersistentVolume", "persistentvolumes", "pv")
                        .status()
                        .with(new VolumeKinds.VolumeStrategy())
                        .build());
        all.add(
                in("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc")
                        .status()
                        .with(new VolumeKinds.ClaimStrategy())
                        .build());
        all.add(
                in("", "v1", "ResourceQuota", "resourcequotas", "quota")
                        .status()
                        .with(new Kinds.StatusStrategy("", false))
                        .build());
        all.add(in("", "v1", "LimitRange", "limitranges", "limits").build());
        all.add(
                cluster("storage.k8s.io", "v1", "StorageClass", "storageclasses", "sc")
                        .with(new VolumeKinds.StorageClassStrategy())
                        .build());
        all.add(
                cluster("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments")
                        .status()
                        .with(new VolumeKinds.AttachmentStrategy())
                        .build());
        all.add(cluster("storage.k8s.io", "v1", "CSIDriver", "csidrivers").build());
        all.add(cluster("storage.k8s.io", "v1", "CSINode", "csinodes").build());
        all.add(in("coordination.k8s.io", "v1", "Lease", "leases").build());
        all.add(
                in("apps", "v1", "Deployment", "deployments", "deploy")
                        .status()
                        .category("all")
                        .with(new Kinds.StatusStrategy("", true))
                        .build());
        all.add(in("apps", "v1", "ControllerRevision", "controllerrevisions").build());
        all.add(
                in("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "netpol")
                        .with(Kinds.COUNTED)
                        .build());
        String rbac = "rbac.authorization.k8s.io";
        all.add(in(rbac, "v1", "Role", "roles").build());
        all.add(in(rbac, "v1", "RoleBinding", "rolebindings").with(Kinds.BINDING).build());
        all.add(cluster(rbac, "v1", "ClusterRole", "clusterroles").build());
        all.add(
                cluster(rbac, "v1", "ClusterRoleBinding", "clusterrolebindings")
                        .with(Kinds.BINDING)
                        .build());
        String admission = "admissionregistration.k8s.io";
        all.add(
                cluster(admission, "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies")
                        .status()
                        .with(new Kinds.PolicyStrategy())
                        .build());
        all.add(
                cluster(
                                admission,
                                "v1",
                                "ValidatingAdmissionPolicyBinding",
                                "validatingadmissionpolicybindings")
                        .with(new Kinds.BindingStrategy())
                        .build());
        all.add(
                cluster(
                                "apiextensions.k8s.io",
                                "v1",
                                "CustomResourceDefinition",
                                "customresourcedefinitions",
                                "crd",
                                "crds")
                        .status()
                        .category("api-extensions")
                        .with(new DefinitionStrategy())
                        .build());
        return all;
    }

    private static Builder in(
            String group, String version, String kind, String plural, String... shortNames) {
        return new Builder(group, version, kind, plural, true, shortNames);
    }

    private static Builder cluster(
            String group, String version, String kind, String plural, String... shortNames) {
        return new Builder(group, version, kind, plural, false, shortNames);
    }

    private static final class Builder {
        private final String group;
        private final String version;
        private final String kind;
        private final String plural;
        private final boolean namespaced;
        private final List<String> shortNames;
        private boolean status;
        private List<String> categories = List.of();
        private List<String> selectable = List.of();
        private String table;
        private Strategy strategy = Strategy.PLAIN;
        private Conversion conversion = Conversion.NONE;

        Builder(
                String group,
                String version,
                String kind,
                String plural,
                boolean namespaced,
                String... shortNames) {
            this.group = group;
            this.version = version;
            this.kind = kind;
            this.plural = plural;
            this.namespaced = namespaced;
            this.shortNames = List.of(shortNames);
            table = group.isEmpty() ? plural : plural + "." + group;
        }

        Builder status() {
            status = true;
            return this;
        }

        Builder category(String category) {
            categories = List.of(category);
            return this;
        }

        Builder select(String... fields) {
            selectable = List.of(fields);
            return this;
        }

        Builder with(Strategy kindStrategy) {
            strategy = kindStrategy;
            return this;
        }

        Builder storedAs(String otherTable, Conversion by) {
            table = otherTable;
            conversion = by;
            return this;
        }

        ApiResource build() {
            return new ApiResource(
                    group,
                    version,
                    new ApiResource.Names(
                            kind, plural, kind.toLowerCase(Locale.ROOT), shortNames, categories),
                    namespaced,
                    status,
                    table,
                    selectable,
                    strategy,
                    conversion,
                    BuiltInColumns.of(table),
                    null);
        }
    }
}
