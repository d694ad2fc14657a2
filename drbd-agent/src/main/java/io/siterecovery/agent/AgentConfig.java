package io.siterecovery.agent;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an agent is told.
 *
 * @param node name of the Kubernetes node
 * @param cluster the cluster's name, for whoever reads the records
 * @param siteId the physical cluster: the first 12 characters of the UID of its kube-system
 * @param drbdsetup command and leading arguments; {@code events2 …} is appended
 * @param drbdadm likewise; asked for versions, unless empty
 * @param kafka properties of the Kafka client: {@code bootstrap.servers} and security
 * @param statisticsInterval how often figures are read that DRBD does not push
 * @param kubernetes for the start-up taint; without it there is none
 * @param notReadyLimit how long the taint stays at most, but for what was Primary
 * @param goneAfter how long an agent must be silent before the records of its Node, if that no
 *     longer exists, are deleted
 */
public record AgentConfig(
        String node,
        String cluster,
        String siteId,
        List<String> drbdsetup,
        List<String> drbdadm,
        Map<String, String> kafka,
        Duration statisticsInterval,
        Duration beatInterval,
        Optional<KubernetesAccess> kubernetes,
        Duration notReadyLimit,
        Duration goneAfter) {

    public static final Duration NOT_READY_LIMIT = Duration.ofMinutes(2);
    public static final Duration GONE_AFTER = Duration.ofMinutes(10);
    public static final Duration STATISTICS_INTERVAL = Duration.ofSeconds(5);
    public static final Duration BEAT_INTERVAL = Duration.ofSeconds(1);

    public AgentConfig {
        drbdsetup = List.copyOf(drbdsetup);
        drbdadm = List.copyOf(drbdadm);
        kafka = Map.copyOf(kafka);
    }

    /** With the default intervals, drbdadm beside drbdsetup, and no taint. */
    public AgentConfig(
            String node, String siteId, List<String> drbdsetup, Map<String, String> kafka) {
        this(node, siteId, drbdsetup, kafka, STATISTICS_INTERVAL, BEAT_INTERVAL);
    }

    /** With drbdadm beside drbdsetup, and no taint. */
    public AgentConfig(
            String node,
            String siteId,
            List<String> drbdsetup,
            Map<String, String> kafka,
            Duration statisticsInterval,
            Duration beatInterval) {
        this(
                node,
                siteId,
                siteId,
                drbdsetup,
                drbdadmBeside(drbdsetup),
                kafka,
                statisticsInterval,
                beatInterval,
                Optional.empty(),
                NOT_READY_LIMIT,
                GONE_AFTER);
    }

    /** The same in a cluster whose API server it may call. */
    public AgentConfig in(KubernetesAccess access, Duration limit, Duration gone) {
        return new AgentConfig(
                node,
                cluster,
                siteId,
                drbdsetup,
                drbdadm,
                kafka,
                statisticsInterval,
                beatInterval,
                Optional.of(access),
                limit,
                gone);
    }

    /** Nothing if the command does not name drbdsetup. */
    static List<String> drbdadmBeside(List<String> drbdsetup) {
        List<String> drbdadm =
                drbdsetup.stream()
                        .map(word -> word.replaceFirst("(^|/)drbdsetup$", "$1drbdadm"))
                        .toList();
        return drbdadm.equals(drbdsetup) ? List.of() : drbdadm;
    }

    /** Without the Kafka properties: they hold a password. */
    @Override
    public String toString() {
        return "AgentConfig[node=%s, siteId=%s, drbdsetup=%s]".formatted(node, siteId, drbdsetup);
    }
}
