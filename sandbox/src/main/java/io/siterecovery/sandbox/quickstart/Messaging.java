package io.siterecovery.sandbox.quickstart;

import io.siterecovery.events.Topics;
import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Topics, users and what each user may do, as onboarding sets them up. */
final class Messaging {

    private static final String CONTROL_PLANE = "control-plane";
    private static final int TENANT_PARTITIONS = 16;

    /** Those in which instances share the deployments out. */
    private static final String TENANT_MANAGER = "tenant-manager";

    private static final String CONTROL_PLANE_GROUPS = "site-recovery.";

    private final EmbeddedKafka kafka;
    private final String tenantManagerPassword = UUID.randomUUID().toString();
    private final String controlPlanePassword = UUID.randomUUID().toString();

    Messaging(EmbeddedKafka kafka) {
        this.kafka = kafka;
    }

    void prepare(List<Deployment> deployments) {
        kafka.createTopic(Topics.TENANTS, true, TENANT_PARTITIONS);
        for (Deployment deployment : deployments) {
            kafka.createTopic(Topics.clusters(deployment.name()), true, 1);
            kafka.createTopic(Topics.drbd(deployment.name()), true, 1);
            kafka.createTopic(Topics.operations(deployment.name()), false, 1);
            kafka.createTopic(Topics.poison(deployment.name()), false, 1);
        }
        kafka.createUser(CONTROL_PLANE, controlPlanePassword);
        AclOperation[] readAndWrite = {
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS
        };
        kafka.allow(CONTROL_PLANE, topics("dr-", PatternType.PREFIXED), readAndWrite);
        kafka.allow(CONTROL_PLANE, topics(Topics.TENANTS, PatternType.LITERAL), readAndWrite);
        kafka.allow(
                CONTROL_PLANE,
                topics("site-", PatternType.PREFIXED),
                AclOperation.READ,
                AclOperation.DESCRIBE);
        kafka.allow(
                CONTROL_PLANE,
                new ResourcePattern(ResourceType.GROUP, CONTROL_PLANE_GROUPS, PatternType.PREFIXED),
                AclOperation.READ,
                AclOperation.DESCRIBE);
    }

    /** Lets the tenant-manager make topics and users, and read what it checks and serves. */
    Map<String, String> tenantManagerEnvironment() {
        kafka.createUser(TENANT_MANAGER, tenantManagerPassword);
        kafka.allow(
                TENANT_MANAGER,
                new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL),
                AclOperation.CREATE,
                AclOperation.ALTER,
                AclOperation.ALTER_CONFIGS,
                AclOperation.DESCRIBE,
                AclOperation.DESCRIBE_CONFIGS);
        for (String prefix : List.of("dr-", "site-")) {
            kafka.allow(
                    TENANT_MANAGER,
                    topics(prefix, PatternType.PREFIXED),
                    AclOperation.CREATE,
                    AclOperation.DELETE,
                    AclOperation.DESCRIBE,
                    AclOperation.READ);
        }
        for (String prefix : List.of("dr-", CONTROL_PLANE_GROUPS)) {
            kafka.allow(
                    TENANT_MANAGER,
                    new ResourcePattern(ResourceType.GROUP, prefix, PatternType.PREFIXED),
                    AclOperation.DELETE,
                    AclOperation.DESCRIBE);
        }
        Map<String, String> environment = environment(TENANT_MANAGER, tenantManagerPassword);
        environment.put("SITE_RECOVERY_KAFKA_REPLICATION", "1");
        return environment;
    }

    /** What the agents of one physical cluster connect with: their own topic, no more. */
    Map<String, String> agents(String siteId) {
        String topic = Topics.siteDrbd(siteId);
        kafka.createTopic(topic, true, 1);
        String user = "site-" + siteId;
        String password = UUID.randomUUID().toString();
        kafka.createUser(user, password);
        kafka.allow(
                user,
                topics(topic, PatternType.LITERAL),
                AclOperation.READ,
                AclOperation.WRITE,
                AclOperation.DESCRIBE);
        return kafka.clientProperties(user, password);
    }

    Map<String, String> clientOf(Map<String, String> credential) {
        return kafka.clientProperties(
                credential.getOrDefault("user", ""), credential.getOrDefault("password", ""));
    }

    Map<String, String> controlPlaneEnvironment() {
        return environment(CONTROL_PLANE, controlPlanePassword);
    }

    private Map<String, String> environment(String user, String password) {
        Map<String, String> environment = new HashMap<>();
        environment.put("SITE_RECOVERY_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap());
        environment.put("SITE_RECOVERY_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT");
        environment.put("SITE_RECOVERY_KAFKA_USER", user);
        environment.put("SITE_RECOVERY_KAFKA_PASSWORD", password);
        return environment;
    }

    private static ResourcePattern topics(String name, PatternType type) {
        return new ResourcePattern(ResourceType.TOPIC, name, type);
    }
}
