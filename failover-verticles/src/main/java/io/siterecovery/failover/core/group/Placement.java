package io.siterecovery.failover.core.group;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a LINSTOR storage class says of where replicas go. Keys are case-insensitive, with or
 * without the prefix {@code linstor.csi.linbit.com/} (linstor-csi pkg/volume/parameter.go).
 */
final class Placement {

    static final String PROVISIONER = "linstor.csi.linbit.com";
    static final int MINIMUM = 2;

    private final Map<String, String> parameters = new TreeMap<>();

    Placement(Map<String, String> written) {
        written.forEach(
                (key, value) -> {
                    String bare = key.toLowerCase(Locale.ROOT);
                    parameters.put(
                            bare.startsWith(PROVISIONER + "/")
                                    ? bare.substring(PROVISIONER.length() + 1)
                                    : bare,
                            value);
                });
    }

    /** How many replicas a new volume gets; 1 is LINSTOR's own default. */
    int count() {
        String nodes = parameters.getOrDefault("nodelist", "").strip();
        if (!nodes.isEmpty()) {
            return nodes.split("\\s+").length;
        }
        return number("placementcount").or(() -> number("autoplace")).orElse(1);
    }

    boolean isReplicated() {
        String layers = parameters.get("layerlist");
        return layers == null || layers.toLowerCase(Locale.ROOT).contains("drbd");
    }

    boolean spreads() {
        return parameters.containsKey("replicasondifferent")
                || parameters.containsKey("xreplicasondifferent");
    }

    private Optional<Integer> number(String key) {
        String text = parameters.getOrDefault(key, "").strip();
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Integer.parseInt(text));
        } catch (NumberFormatException notANumber) {
            return Optional.of(0);
        }
    }
}
