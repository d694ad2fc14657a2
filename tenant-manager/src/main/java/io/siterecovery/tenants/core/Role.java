package io.siterecovery.tenants.core;

/** Which of a deployment's two sites. */
public enum Role {
    PRIMARY("primary"),
    DR("dr");

    private final String word;

    Role(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /** The Secret with the way there. */
    public String kubeconfigSecret() {
        return word + "-kubeconfig";
    }
}
