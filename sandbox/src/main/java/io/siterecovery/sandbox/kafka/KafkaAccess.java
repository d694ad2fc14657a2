package io.siterecovery.sandbox.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.resource.ResourcePattern;

/**
 * Topics, users and rights of the embedded broker. Each change returns once the broker itself obeys
 * it, since the controller that accepts a change is ahead of the broker by some milliseconds.
 */
final class KafkaAccess {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int SCRAM_ITERATIONS = 4096;

    private final Admin admin;

    KafkaAccess(Admin admin) {
        this.admin = admin;
    }

    void createUser(String user, String password, Map<String, String> client) {
        get(
                admin.alterUserScramCredentials(
                                List.of(
                                        new UserScramCredentialUpsertion(
                                                user,
                                                new ScramCredentialInfo(
                                                        ScramMechanism.SCRAM_SHA_512,
                                                        SCRAM_ITERATIONS),
                                                password)))
                        .all());
        until("user " + user + " can log in", () -> canLogIn(client));
    }

    private static boolean canLogIn(Map<String, String> client) throws Exception {
        try (Admin asUser = Admin.create(Map.<String, Object>copyOf(client))) {
            asUser.describeCluster().nodes().get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SaslAuthenticationException) {
                return false;
            }
            throw e;
        }
    }

    void createTopic(String name, boolean compacted, int partitions) {
        Map<String, String> settings = new HashMap<>();
        settings.put("segment.bytes", String.valueOf(4 << 20));
        if (compacted) {
            settings.put("cleanup.policy", "compact");
            // The active segment is never compacted: a short one keeps reading from the start
            // short.
            settings.put("segment.ms", "600000");
            settings.put("min.cleanable.dirty.ratio", "0.2");
            settings.put("delete.retention.ms", "3600000");
        }
        try {
            get(
                    admin.createTopics(
                                    List.of(
                                            new NewTopic(
                                                            name,
                                                            Optional.of(partitions),
                                                            Optional.of((short) 1))
                                                    .configs(settings)))
                            .all());
        } catch (TopicExistsException e) {
            // As wished.
        }
        until("topic " + name + " has leaders", () -> hasLeaders(name));
    }

    private boolean hasLeaders(String topic) {
        try {
            return get(admin.describeTopics(Set.of(topic)).allTopicNames()).values().stream()
                    .flatMap(description -> description.partitions().stream())
                    .allMatch(partition -> partition.leader() != null);
        } catch (UnknownTopicOrPartitionException e) {
            return false;
        }
    }

    void allow(String user, ResourcePattern pattern, Set<AclOperation> operations) {
        Set<AclBinding> wished =
                operations.stream()
                        .map(
                                operation ->
                                        new AclBinding(
                                                pattern,
                                                new AccessControlEntry(
                                                        "User:" + user,
                                                        "*",
                                                        operation,
                                                        AclPermissionType.ALLOW)))
                        .collect(Collectors.toSet());
        get(admin.createAcls(wished).all());
        until(
                "rights of " + user + " hold",
                () ->
                        wished.stream()
                                .allMatch(
                                        acl ->
                                                get(admin.describeAcls(acl.toFilter()).values())
                                                        .contains(acl)));
    }

    /** Asks again at once: each question waits for the broker's answer. */
    private static void until(String what, Callable<Boolean> condition) {
        Instant deadline = Instant.now().plus(DEADLINE);
        try {
            while (!condition.call()) {
                if (Instant.now().isAfter(deadline)) {
                    throw new IllegalStateException("not so within " + DEADLINE + ": " + what);
                }
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot tell whether " + what, e);
        }
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while Kafka worked", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Kafka did not answer within " + DEADLINE, e);
        }
    }
}
