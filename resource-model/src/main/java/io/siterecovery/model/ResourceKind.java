package io.siterecovery.model;

import java.util.List;

/**
 * A kind of Kubernetes object and where its API serves it.
 *
 * @param group empty for the core group
 */
public record ResourceKind(
        String group, String version, String kind, String plural, boolean namespaced) {

    public static final ResourceKind PROTECTION_GROUP = ours("ProtectionGroup", "protectiongroups");
    public static final ResourceKind FAILOVER = ours("Failover", "failovers");
    public static final ResourceKind GROUP_OWNERSHIP = ours("GroupOwnership", "groupownerships");
    public static final ResourceKind PROTECTION_ZONE = ours("ProtectionZone", "protectionzones");
    public static final ResourceKind ALIAS_PROTECTION_GROUP =
            new ResourceKind(
                    ApiGroups.ALIAS,
                    ApiGroups.VERSION,
                    "ProtectionGroup",
                    "drlinstorprotectiongroups",
                    true);
    public static final ResourceKind ALIAS_FAILOVER =
            new ResourceKind(
                    ApiGroups.ALIAS, ApiGroups.VERSION, "Failover", "drlinstorfailovers", true);
    public static final ResourceKind VIRTUAL_MACHINE =
            new ResourceKind("kubevirt.io", "v1", "VirtualMachine", "virtualmachines", true);
    public static final ResourceKind VIRTUAL_MACHINE_INSTANCE =
            new ResourceKind(
                    "kubevirt.io", "v1", "VirtualMachineInstance", "virtualmachineinstances", true);
    public static final ResourceKind POD = core("Pod", "pods", true);
    public static final ResourceKind PERSISTENT_VOLUME_CLAIM =
            core("PersistentVolumeClaim", "persistentvolumeclaims", true);
    public static final ResourceKind PERSISTENT_VOLUME =
            core("PersistentVolume", "persistentvolumes", false);
    public static final ResourceKind NODE = core("Node", "nodes", false);
    public static final ResourceKind CONFIG_MAP = core("ConfigMap", "configmaps", true);
    public static final ResourceKind SECRET = core("Secret", "secrets", true);
    public static final ResourceKind SERVICE_ACCOUNT =
            core("ServiceAccount", "serviceaccounts", true);
    public static final ResourceKind NAMESPACE = core("Namespace", "namespaces", false);
    public static final ResourceKind EVENT = core("Event", "events", true);
    public static final ResourceKind STORAGE_CLASS =
            new ResourceKind("storage.k8s.io", "v1", "StorageClass", "storageclasses", false);
    public static final ResourceKind VOLUME_ATTACHMENT =
            new ResourceKind(
                    "storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", false);
    public static final ResourceKind CONTROLLER_REVISION =
            new ResourceKind("apps", "v1", "ControllerRevision", "controllerrevisions", true);
    public static final ResourceKind NETWORK_ATTACHMENT =
            new ResourceKind(
                    "k8s.cni.cncf.io",
                    "v1",
                    "NetworkAttachmentDefinition",
                    "network-attachment-definitions",
                    true);
    public static final ResourceKind INSTANCETYPE =
            sized("VirtualMachineInstancetype", "virtualmachineinstancetypes", true);
    public static final ResourceKind CLUSTER_INSTANCETYPE =
            sized("VirtualMachineClusterInstancetype", "virtualmachineclusterinstancetypes", false);
    public static final ResourceKind PREFERENCE =
            sized("VirtualMachinePreference", "virtualmachinepreferences", true);
    public static final ResourceKind CLUSTER_PREFERENCE =
            sized("VirtualMachineClusterPreference", "virtualmachineclusterpreferences", false);

    /** What a VM may refer to besides its disks, and needs wherever it is to run. */
    public static final List<ResourceKind> CONFIGURATION =
            List.of(
                    SECRET,
                    CONFIG_MAP,
                    SERVICE_ACCOUNT,
                    NETWORK_ATTACHMENT,
                    INSTANCETYPE,
                    CLUSTER_INSTANCETYPE,
                    PREFERENCE,
                    CLUSTER_PREFERENCE,
                    CONTROLLER_REVISION);

    public static final ResourceKind LEASE =
            new ResourceKind("coordination.k8s.io", "v1", "Lease", "leases", true);
    public static final ResourceKind ADMISSION_POLICY =
            new ResourceKind(
                    "admissionregistration.k8s.io",
                    "v1",
                    "ValidatingAdmissionPolicy",
                    "validatingadmissionpolicies",
                    false);
    public static final ResourceKind ADMISSION_POLICY_BINDING =
            new ResourceKind(
                    "admissionregistration.k8s.io",
                    "v1",
                    "ValidatingAdmissionPolicyBinding",
                    "validatingadmissionpolicybindings",
                    false);
    public static final ResourceKind CUSTOM_RESOURCE_DEFINITION =
            new ResourceKind(
                    "apiextensions.k8s.io",
                    "v1",
                    "CustomResourceDefinition",
                    "customresourcedefinitions",
                    false);

    /** {@code <kind>.<group>}, the kind alone for the core group: as in fact keys. */
    public String qualified() {
        return group.isEmpty() ? kind : kind + "." + group;
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    private static ResourceKind ours(String kind, String plural) {
        return new ResourceKind(ApiGroups.CANONICAL, ApiGroups.VERSION, kind, plural, true);
    }

    private static ResourceKind sized(String kind, String plural, boolean namespaced) {
        return new ResourceKind("instancetype.kubevirt.io", "v1beta1", kind, plural, namespaced);
    }

    private static ResourceKind core(String kind, String plural, boolean namespaced) {
        return new ResourceKind("", "v1", kind, plural, namespaced);
    }
}
