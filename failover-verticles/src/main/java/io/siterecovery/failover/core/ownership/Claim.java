package io.siterecovery.failover.core.ownership;

import java.util.Optional;

/**
 * Our mark on a VM or a copy of a group: {@code <deployment>/<namespace>.<group>/<epoch>/<term>}.
 *
 * <p>It carries the guard to where a write lands: a claim is only ever replaced by a higher one, so
 * the write of an older epoch or instance finds a mark it does not expect and fails.
 */
public record Claim(String deployment, String group, long epoch, long term) {

    public static Claim of(String deployment, GroupId group, long epoch, long term) {
        return new Claim(deployment, group.ownershipName(), epoch, term);
    }

    /** Reads a mark; empty for anything that is not one of ours. */
    public static Optional<Claim> parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Claim(
                            parts[0],
                            parts[1],
                            Long.parseLong(parts[2]),
                            Long.parseLong(parts[3])));
        } catch (NumberFormatException notAClaim) {
            return Optional.empty();
        }
    }

    public boolean sameGroup(Claim other) {
        return deployment.equals(other.deployment) && group.equals(other.group);
    }

    public boolean isHigherThan(Claim other) {
        return epoch > other.epoch || (epoch == other.epoch && term > other.term);
    }

    @Override
    public String toString() {
        return deployment + "/" + group + "/" + epoch + "/" + term;
    }
}
