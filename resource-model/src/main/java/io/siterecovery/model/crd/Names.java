package io.siterecovery.model.crd;

/** Patterns and lengths of Kubernetes names, and the limits that bound the cost of our rules. */
public final class Names {

    public static final String SUBDOMAIN =
            "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    public static final int SUBDOMAIN_LENGTH = 253;
    public static final String LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
    public static final int LABEL_LENGTH = 63;

    /** {@code <prefix>/<name>}, the prefix optional: keys of labels, annotations and taints. */
    public static final String QUALIFIED =
            "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";

    public static final int QUALIFIED_LENGTH = 317;

    /** Names of ours become parts of {@code <cluster>.<namespace>.<name>}, at most 253 long. */
    public static final int OWN_NAME_LENGTH = 120;

    /** Most VMs of one group. */
    public static final int MEMBERS = 256;

    private Names() {}
}
