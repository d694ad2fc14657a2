package io.siterecovery.tenants.adapter;

import static io.vertx.core.Future.await;

import io.siterecovery.platform.Configuration;
import io.siterecovery.platform.KafkaSettings;
import io.siterecovery.tenants.core.KafkaPlan;
import io.siterecovery.tenants.core.KafkaPlan.Pattern;
import io.siterecovery.tenants.core.KafkaPlan.Quota;
import io.siterecovery.tenants.core.KafkaPlan.Right;
import io.siterecovery.tenants.core.KafkaPlan.Topic;
import io.siterecovery.tenants.core.KafkaPlan.Verb;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Brings the broker to a plan, and takes it apart again. Each call may be repeated, and writes only
 * what is not so yet. To be called where awaiting is allowed.
 */
public final class KafkaAccess implements AutoCloseable {

    private static final int SCRAM_ITERATIONS = 8_192;
    private static final String SEGMENT_BYTES = String.valueOf(4 << 20);
    private static final String PRODUCED = "producer_byte_rate";
    private static final String CONSUMED = "consumer_byte_rate";
    private static final String REQUESTS = "request_percentage";

    private static final Duration TRIAL = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final Configuration.Kafka connection;
    private final Admin admin;
    private final short replication;

    /**
     * @param connection as somebody who may do all this
     * @param replication of new topics
     */
    public KafkaAccess(Vertx vertx, Configuration.Kafka connection, int replication) {
        this.vertx = vertx;
        this.connection = connection;
        this.admin = Admin.create(Map.<String, Object>copyOf(KafkaSettings.admin(connection)));
        this.replication = (short) replication;
    }

    /**
     * Logs in as a user.
     *
     * @throws RuntimeException if that does not work within {@link #TRIAL}
     */
    public void tryOut(String user, String password) {
        Configuration.Kafka as =
                new Configuration.Kafka(
                        connection.bootstrapServers(),
                        connection.securityProtocol(),
                        user,
                        password,
                        connection.caFile(),
                        connection.deliveryTimeout());
        long end = System.nanoTime() + TRIAL.toNanos();
        while (true) {
            try (Admin trial = Admin.create(Map.<String, Object>copyOf(KafkaSettings.admin(as)))) {
                ask(trial.describeCluster().nodes());
                return;
            } catch (SaslAuthenticationException e) {
                // The controller has taken the new password; this broker learns of it in a moment.
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    /** Makes what is missing of topics, rights and quotas; users are made one by one. */
    public void establish(KafkaPlan plan) {
        topics(plan.topics());
        rights(plan.rights());
        quotas(plan.quotas());
    }

    public boolean hasUser(String user) {
        return users().contains(user);
    }

    /** Makes a user, or gives it another password. */
    public void setPassword(String user, String password) {
        ask(
                admin.alterUserScramCredentials(
                                List.of(
                                        new UserScramCredentialUpsertion(
                                                user,
                                                new ScramCredentialInfo(
                                                        ScramMechanism.SCRAM_SHA_512,
                                                        SCRAM_ITERATIONS),
                                                password)))
                        .all());
    }

    public void removeUser(String user) {
        try {
            ask(
                    admin.alterUserScramCredentials(
                                    List.of(
                                            new UserScramCredentialDeletion(
                                                    user, ScramMechanism.SCRAM_SHA_512)))
                            .all());
        } catch (ResourceNotFoundException e) {
            // As wished.
        }
    }

    /**
     * Removes users, rights, quotas, groups and topics, in this order: who is still connected loses
     * the right to write before what he wrote goes.
     *
     * @param prefix of the names of users and topics, as in {@code dr-prod.}
     */
    public void remove(String prefix, List<String> groups) {
        for (String user : users()) {
            if (user.startsWith(prefix)) {
                removeUser(user);
            }
        }
        removeRights(prefix);
        removeQuotas(prefix);
        removeGroups(prefix, groups);
        List<String> topics = topicNames().stream().filter(t -> t.startsWith(prefix)).toList();
        try {
            ask(admin.deleteTopics(topics).all());
        } catch (UnknownTopicOrPartitionException e) {
            // Somebody else was faster.
        }
    }

    /** Everything that still carries a prefix, for people and tests: nothing if it was removed. */
    public List<String> remains(String prefix) {
        List<String> found = new ArrayList<>();
        topicNames().stream()
                .filter(t -> t.startsWith(prefix))
                .forEach(t -> found.add("topic " + t));
        users().stream().filter(u -> u.startsWith(prefix)).forEach(u -> found.add("user " + u));
        bindings(prefix).forEach(b -> found.add("right " + b.entry().principal()));
        quotaUsers(prefix).forEach(u -> found.add("quota " + u));
        return found;
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(2));
    }

    private void topics(List<Topic> wanted) {
        Set<String> present = topicNames();
        List<NewTopic> missing =
                wanted.stream()
                        .filter(topic -> !present.contains(topic.name()))
                        .map(this::newTopic)
                        .toList();
        for (NewTopic topic : missing) {
            try {
                ask(admin.createTopics(List.of(topic)).all());
            } catch (TopicExistsException e) {
                // As wished.
            }
        }
    }

    private NewTopic newTopic(Topic topic) {
        Map<String, String> settings = new HashMap<>();
        settings.put("segment.bytes", SEGMENT_BYTES);
        // Freshness is judged by append time: no writer may date its own records, whatever the
        // brokers' default is.
        settings.put("message.timestamp.type", "LogAppendTime");
        switch (topic) {
            case Topic.Compacted(String name) -> {
                settings.put("cleanup.policy", "compact");
                // The active segment is never compacted: a short one keeps reading from the start
                // short.
                settings.put("segment.ms", "600000");
                settings.put("min.cleanable.dirty.ratio", "0.2");
                settings.put("delete.retention.ms", "3600000");
            }
            case Topic.Kept(String name, Duration time) ->
                    settings.put("retention.ms", String.valueOf(time.toMillis()));
        }
        return new NewTopic(topic.name(), Optional.of(1), Optional.of(replication))
                .configs(settings);
    }

    private Set<String> topicNames() {
        return ask(admin.listTopics(new ListTopicsOptions().listInternal(false)).names());
    }

    private Set<String> users() {
        return ask(admin.describeUserScramCredentials().all()).keySet();
    }

    private void rights(List<Right> wanted) {
        Set<AclBinding> missing = new HashSet<>();
        Set<String> principals = new HashSet<>();
        for (Right right : wanted) {
            principals.add("User:" + right.user());
            right.verbs().forEach(verb -> missing.add(binding(right, verb)));
        }
        for (String principal : principals) {
            missing.removeAll(ask(admin.describeAcls(ofPrincipal(principal)).values()));
        }
        if (!missing.isEmpty()) {
            ask(admin.createAcls(missing).all());
        }
    }

    private static AclBinding binding(Right right, Verb verb) {
        return new AclBinding(
                pattern(right.on()),
                new AccessControlEntry(
                        "User:" + right.user(), "*", operation(verb), AclPermissionType.ALLOW));
    }

    private static ResourcePattern pattern(Pattern pattern) {
        return switch (pattern) {
            case Pattern.TopicNamed(String name) ->
                    new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL);
            case Pattern.TopicsFrom(String prefix) ->
                    new ResourcePattern(ResourceType.TOPIC, prefix, PatternType.PREFIXED);
            case Pattern.GroupNamed(String name) ->
                    new ResourcePattern(ResourceType.GROUP, name, PatternType.LITERAL);
            case Pattern.GroupsFrom(String prefix) ->
                    new ResourcePattern(ResourceType.GROUP, prefix, PatternType.PREFIXED);
        };
    }

    private static AclOperation operation(Verb verb) {
        return switch (verb) {
            case READ -> AclOperation.READ;
            case WRITE -> AclOperation.WRITE;
            case DESCRIBE -> AclOperation.DESCRIBE;
            case DESCRIBE_CONFIGS -> AclOperation.DESCRIBE_CONFIGS;
        };
    }

    private static AclBindingFilter ofPrincipal(String principal) {
        return new AclBindingFilter(
                ResourcePatternFilter.ANY,
                new AccessControlEntryFilter(
                        principal, null, AclOperation.ANY, AclPermissionType.ANY));
    }

    private List<AclBinding> bindings(String prefix) {
        return ask(admin.describeAcls(AclBindingFilter.ANY).values()).stream()
                .filter(binding -> binding.entry().principal().startsWith("User:" + prefix))
                .toList();
    }

    private void removeRights(String prefix) {
        List<AclBindingFilter> ours =
                bindings(prefix).stream()
                        .map(binding -> ofPrincipal(binding.entry().principal()))
                        .distinct()
                        .toList();
        if (!ours.isEmpty()) {
            ask(admin.deleteAcls(ours).all());
        }
    }

    private void quotas(List<Quota> wanted) {
        List<ClientQuotaAlteration> missing = new ArrayList<>();
        for (Quota quota : wanted) {
            ClientQuotaEntity user = user(quota.user());
            Map<String, Double> present =
                    ask(admin.describeClientQuotas(
                                            ClientQuotaFilter.containsOnly(
                                                    List.of(
                                                            ClientQuotaFilterComponent.ofEntity(
                                                                    ClientQuotaEntity.USER,
                                                                    quota.user()))))
                                    .entities())
                            .getOrDefault(user, Map.of());
            if (!present.equals(rates(quota))) {
                List<ClientQuotaAlteration.Op> changes = new ArrayList<>();
                rates(quota)
                        .forEach(
                                (key, rate) ->
                                        changes.add(new ClientQuotaAlteration.Op(key, rate)));
                missing.add(new ClientQuotaAlteration(user, changes));
            }
        }
        if (!missing.isEmpty()) {
            ask(admin.alterClientQuotas(missing).all());
        }
    }

    private static Map<String, Double> rates(Quota quota) {
        Map<String, Double> rates = new LinkedHashMap<>();
        if (quota.producedBytes() > 0) {
            rates.put(PRODUCED, (double) quota.producedBytes());
        }
        if (quota.consumedBytes() > 0) {
            rates.put(CONSUMED, (double) quota.consumedBytes());
        }
        if (quota.requestPercent() > 0) {
            rates.put(REQUESTS, (double) quota.requestPercent());
        }
        return rates;
    }

    private Set<String> quotaUsers(String prefix) {
        Set<String> found = new HashSet<>();
        ask(admin.describeClientQuotas(
                                ClientQuotaFilter.contains(
                                        List.of(
                                                ClientQuotaFilterComponent.ofEntityType(
                                                        ClientQuotaEntity.USER))))
                        .entities())
                .keySet()
                .forEach(
                        entity -> {
                            String name = entity.entries().get(ClientQuotaEntity.USER);
                            if (name != null && name.startsWith(prefix)) {
                                found.add(name);
                            }
                        });
        return found;
    }

    private void removeQuotas(String prefix) {
        List<ClientQuotaAlteration> removals =
                quotaUsers(prefix).stream()
                        .map(
                                user ->
                                        new ClientQuotaAlteration(
                                                user(user),
                                                List.of(
                                                        new ClientQuotaAlteration.Op(
                                                                PRODUCED, null),
                                                        new ClientQuotaAlteration.Op(
                                                                CONSUMED, null),
                                                        new ClientQuotaAlteration.Op(
                                                                REQUESTS, null))))
                        .toList();
        if (!removals.isEmpty()) {
            ask(admin.alterClientQuotas(removals).all());
        }
    }

    private static ClientQuotaEntity user(String name) {
        return new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, name));
    }

    private void removeGroups(String prefix, List<String> named) {
        Set<String> groups = new HashSet<>();
        ask(admin.listGroups().all()).forEach(group -> groups.add(group.groupId()));
        groups.removeIf(group -> !group.startsWith(prefix) && !named.contains(group));
        for (String group : groups) {
            try {
                ask(admin.deleteConsumerGroups(List.of(group)).all());
            } catch (GroupIdNotFoundException | GroupNotEmptyException e) {
                // Gone, or somebody hangs on, who has no rights any more: it goes when he does.
            }
        }
    }

    private <T> T ask(KafkaFuture<T> answer) {
        try {
            return await(
                    Future.fromCompletionStage(
                            answer.toCompletionStage(), vertx.getOrCreateContext()));
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
