package io.siterecovery.tests.kafka;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Users and rights, through the admin client alone, as on any broker. */
final class Access {

    static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_512;

    private final Admin admin;

    Access(Admin admin) {
        this.admin = admin;
    }

    void user(String name, String password) throws Exception {
        KafkaContract.get(
                admin.alterUserScramCredentials(
                                List.of(
                                        new UserScramCredentialUpsertion(
                                                name,
                                                new ScramCredentialInfo(MECHANISM, 4096),
                                                password)))
                        .all());
    }

    void allow(String user, ResourceType type, String prefix, AclOperation operation)
            throws Exception {
        KafkaContract.get(
                admin.createAcls(
                                List.of(
                                        new AclBinding(
                                                new ResourcePattern(
                                                        type, prefix, PatternType.PREFIXED),
                                                new AccessControlEntry(
                                                        "User:" + user,
                                                        "*",
                                                        operation,
                                                        AclPermissionType.ALLOW))))
                        .all());
    }

    /** Else the cleaner looks only every 15 seconds. */
    void cleanOften() throws Exception {
        KafkaContract.get(
                admin.incrementalAlterConfigs(
                                Map.of(
                                        new ConfigResource(ConfigResource.Type.BROKER, ""),
                                        List.of(
                                                new AlterConfigOp(
                                                        new ConfigEntry(
                                                                "log.cleaner.backoff.ms", "200"),
                                                        AlterConfigOp.OpType.SET))))
                        .all());
    }
}
