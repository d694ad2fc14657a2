package io.siterecovery.tests.simulation.world;

/**
 * Who writes.
 *
 * @param user as the API server knows it
 * @param who for the story: {@code cp1}, {@code git}, {@code kubevirt}
 * @param deployment whose credential it is; empty where it is nobody's
 * @param ours whether the control plane writes
 * @param human whether people or their tools write
 */
public record Author(String user, String who, String deployment, boolean ours, boolean human) {

    public static final Author KUBEVIRT = new Author("kubevirt", "kubevirt", "", false, false);
    public static final Author SYSTEM = new Author("system", "kubernetes", "", false, false);

    public static Author person(String who) {
        return new Author("user:" + who, who, "", false, true);
    }

    /** The service account of a deployment: the same whichever process uses it. */
    public static Author controlPlane(String process, String deployment) {
        return new Author(
                "system:serviceaccount:dr-" + deployment + ":site-recovery",
                process,
                deployment,
                true,
                false);
    }
}
