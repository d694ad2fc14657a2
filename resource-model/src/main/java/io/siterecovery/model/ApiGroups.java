package io.siterecovery.model;

/** API groups, and the names that users and other tools see on objects of ours. */
public final class ApiGroups {

    public static final String CANONICAL = "siterecovery.trilio.io";
    public static final String ALIAS = "dr.linstor.io";
    public static final String VERSION = "v1alpha1";

    /** Prefix of every annotation and label of ours. */
    public static final String PREFIX = CANONICAL + "/";

    /** Label of a namespace {@code dr-<d>}; its value is the deployment's name. */
    public static final String DEPLOYMENT_LABEL = PREFIX + "deployment";

    /** Label of such a namespace: who runs the deployment, {@code pooled} or {@code dedicated}. */
    public static final String ISOLATION_LABEL = PREFIX + "isolation";

    /**
     * On such a namespace: since when its kubeconfigs are as they are; a change is read at once.
     */
    public static final String CREDENTIALS_SINCE = PREFIX + "credentials-since";

    /** On a ProtectionZone: everything of the deployment is removed before it goes. */
    public static final String DEPLOYMENT_FINALIZER = PREFIX + "deployment";

    /** On a ProtectionZone: why no new planned failovers and no new groups are taken on. */
    public static final String CORDONED = PREFIX + "cordoned";

    /** {@code <deployment>/<group>/<epoch>/<term>} on each VM and copy of a group. */
    public static final String CLAIM = PREFIX + "claim";

    /** On a Failover in {@code dr-<d>}: {@code <cluster>/<namespace>/<name>} of the request. */
    public static final String ORIGIN = PREFIX + "origin";

    /** On a Failover in {@code dr-<d>}: uid of the request it was made from. */
    public static final String ORIGIN_UID = PREFIX + "origin-uid";

    /** On an object made by us from an alias object or as a copy: uid of what it follows. */
    public static final String COPY_OF = PREFIX + "copy-of";

    /** Set to true by people on a definition at the other site: keep it as the source says. */
    public static final String ADOPT = PREFIX + "adopt";

    /** On an object made by us from an alias object: uid of the alias. */
    public static final String ALIAS_OF = PREFIX + "alias-of";

    /** On a VM that we stopped: the run strategy it had, to be restored at its next start. */
    public static final String RUN_STRATEGY = PREFIX + "run-strategy";

    public static final String FINALIZER = PREFIX + "protected";

    /** Name of the ConfigMap that lists, per namespace, the VMs that may not start there. */
    public static final String FENCE = "site-recovery-fence";

    private ApiGroups() {}
}
