package io.siterecovery.tenants.steward;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Configuration;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.tenants.adapter.KafkaAccess;
import io.siterecovery.tenants.adapter.Passwords;
import io.siterecovery.tenants.adapter.Quorum;
import io.siterecovery.tenants.core.KafkaPlan;
import io.siterecovery.tenants.core.KafkaPlan.Party;
import io.siterecovery.tenants.core.KafkaPlan.Slot;
import io.siterecovery.tenants.core.Manifests;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Users of Kafka and the Secrets that tell their passwords. The Secret comes first: what it says is
 * what the user is given, whenever we are interrupted.
 */
final class Credentials {

    private static final String USER = "user";
    private static final String PASSWORD = "password";
    private static final String RETIRED = "retired-user";
    private static final String ROTATED_AT = "rotated-at";

    /** How long who has the old one may take to read the new one. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final Quorum quorum;
    private final KafkaAccess kafka;
    private final Configuration.Kafka connection;
    private final String platformNamespace;
    private final Clock clock;

    Credentials(
            Quorum quorum,
            KafkaAccess kafka,
            Configuration.Kafka connection,
            String platformNamespace,
            Clock clock) {
        this.quorum = quorum;
        this.kafka = kafka;
        this.connection = connection;
        this.platformNamespace = platformNamespace;
        this.clock = clock;
    }

    /**
     * @return when to come again: an old password is to be taken away then
     */
    Optional<Duration> ensure(String deployment, Party party) {
        String namespace = Manifests.namespaceOf(deployment);
        Map<String, String> secret =
                ensure(namespace, party.secret(), party.user(deployment, Slot.A));
        String retired = secret.getOrDefault(RETIRED, "");
        if (retired.isEmpty()) {
            return Optional.empty();
        }
        Duration left =
                Duration.between(
                        clock.instant(),
                        Instant.parse(secret.getOrDefault(ROTATED_AT, Instant.EPOCH.toString()))
                                .plus(GRACE));
        if (left.isPositive()) {
            return Optional.of(left);
        }
        kafka.removeUser(retired);
        ObjectNode patch = KubernetesJson.mapper().createObjectNode();
        patch.putObject("data").putNull(RETIRED).putNull(ROTATED_AT);
        quorum.merge(ResourceKind.SECRET, namespace, party.secret(), patch);
        return Optional.empty();
    }

    /**
     * What the agents of one physical cluster log in with. It stays in the platform's own
     * namespace: deployments that share the cluster must not speak for one another's disks.
     */
    void ensureAgents(String site) {
        ensure(platformNamespace, KafkaPlan.agents(site) + "-agents", KafkaPlan.agents(site));
    }

    void removeAgents(String site) {
        quorum.delete(ResourceKind.SECRET, platformNamespace, KafkaPlan.agents(site) + "-agents");
    }

    /**
     * Gives a party its other user, with a new password, and keeps the old one for a while. Nothing
     * has changed if it fails.
     */
    void rotate(String deployment, Party party) {
        String namespace = Manifests.namespaceOf(deployment);
        Map<String, String> present =
                quorum.secret(namespace, party.secret())
                        .orElseThrow(() -> new IllegalStateException("there is none yet"));
        String old = present.getOrDefault(USER, "");
        Slot slot = old.equals(party.user(deployment, Slot.A)) ? Slot.B : Slot.A;
        String user = party.user(deployment, slot);
        String password = Passwords.next();
        kafka.setPassword(user, password);
        kafka.tryOut(user, password);
        ObjectNode patch = KubernetesJson.mapper().createObjectNode();
        patch.putObject("data")
                .put(USER, Manifests.encoded(user))
                .put(PASSWORD, Manifests.encoded(password))
                .put(RETIRED, Manifests.encoded(old))
                .put(ROTATED_AT, Manifests.encoded(clock.instant().toString()));
        quorum.merge(ResourceKind.SECRET, namespace, party.secret(), patch);
    }

    private Map<String, String> ensure(String namespace, String name, String firstUser) {
        Optional<Map<String, String>> present = quorum.secret(namespace, name);
        if (present.isEmpty()) {
            Map<String, String> values = new HashMap<>();
            values.put("bootstrap.servers", connection.bootstrapServers());
            values.put("security.protocol", connection.securityProtocol());
            values.put(USER, firstUser);
            values.put(PASSWORD, Passwords.next());
            quorum.create(Manifests.secret(namespace, name, values));
            // Of two who try at once one made it, and that one counts.
            present = quorum.secret(namespace, name);
        }
        Map<String, String> secret =
                present.orElseThrow(() -> new IllegalStateException("Secret " + name + " is gone"));
        String user = secret.getOrDefault(USER, "");
        if (!kafka.hasUser(user)) {
            kafka.setPassword(user, secret.getOrDefault(PASSWORD, ""));
        }
        return secret;
    }
}
