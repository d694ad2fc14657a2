package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** A claim of a VM and the volume that is, or is about to be, bound to it. */
record Disk(PersistentVolumeClaim claim, PersistentVolume volume) {

    static final String LINSTOR = "linstor.csi.linbit.com";

    String driver() {
        return volume.getSpec().getCsi() == null ? "" : volume.getSpec().getCsi().getDriver();
    }

    /** The DRBD resource under a LINSTOR volume; handles may end in {@code /<volume number>}. */
    static Optional<String> resource(PersistentVolume volume) {
        if (volume.getSpec().getCsi() == null
                || !LINSTOR.equals(volume.getSpec().getCsi().getDriver())) {
            return Optional.empty();
        }
        String handle = volume.getSpec().getCsi().getVolumeHandle();
        int slash = handle.indexOf('/');
        return Optional.of(slash < 0 ? handle : handle.substring(0, slash));
    }

    /** As the attach-detach controller names it, so that two controllers meet in one object. */
    String attachmentName(String node) {
        String seed = volume.getSpec().getCsi().getVolumeHandle() + driver() + node;
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(seed.getBytes(StandardCharsets.UTF_8));
            return "csi-" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
