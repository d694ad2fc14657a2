package io.siterecovery.tenants.core;

import io.siterecovery.events.TenantTopic;
import io.siterecovery.events.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a deployment, or a physical cluster, has in Kafka: its topics, who may do what with them,
 * and how much of it.
 */
public record KafkaPlan(List<Topic> topics, List<Right> rights, List<Quota> quotas) {

    /** Everything that names a deployment begins with it, and no other deployment's does. */
    public static String prefix(String deployment) {
        return "dr-" + deployment + ".";
    }

    /** One partition each: order is kept among all records of a topic. */
    public sealed interface Topic {

        String name();

        /** The last value of each key stays. */
        record Compacted(String name) implements Topic {}

        record Kept(String name, Duration time) implements Topic {}
    }

    public enum Verb {
        READ,
        WRITE,
        DESCRIBE,
        DESCRIBE_CONFIGS
    }

    /** Topics or consumer groups, by their name or all that begin with it. */
    public sealed interface Pattern {

        record TopicNamed(String name) implements Pattern {}

        record TopicsFrom(String prefix) implements Pattern {}

        record GroupNamed(String name) implements Pattern {}

        record GroupsFrom(String prefix) implements Pattern {}
    }

    public record Right(String user, Pattern on, Set<Verb> verbs) {}

    /**
     * @param producedBytes a second, and so on; 0 for no limit
     * @param requestPercent of one broker thread's time
     */
    public record Quota(String user, long producedBytes, long consumedBytes, int requestPercent) {}

    /**
     * Who uses a deployment's topics. Two slots of each: one is in use while the other is tried.
     */
    public enum Party {
        CONTROLLER("controller"),
        READER("reader");

        private final String word;

        Party(String word) {
            this.word = word;
        }

        public String user(String deployment, Slot slot) {
            return prefix(deployment) + word + "-" + slot.word();
        }

        /** The Secret in the deployment's namespace that says who and with which password. */
        public String secret() {
            return "kafka-" + word;
        }
    }

    public enum Slot {
        A,
        B;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public Slot other() {
            return this == A ? B : A;
        }
    }

    private static Topic topic(TenantTopic topic, String deployment) {
        return switch (topic.keeping()) {
            case TenantTopic.Keeping.LatestOfKey _ -> new Topic.Compacted(topic.of(deployment));
            case TenantTopic.Keeping.For(Duration time) ->
                    new Topic.Kept(topic.of(deployment), time);
        };
    }

    /**
     * @param sites whose agents' topics the deployment's own control plane routes from
     */
    public static KafkaPlan ofDeployment(String name, Limits limits, Set<String> sites) {
        long bytes = limits.eventBytes();
        List<Topic> topics =
                Stream.of(TenantTopic.values()).map(topic -> topic(topic, name)).toList();
        Stream<Right> rights =
                Stream.of(Slot.values())
                        .flatMap(
                                slot ->
                                        Stream.concat(
                                                controller(name, slot, sites), reader(name, slot)));
        List<Quota> quotas =
                Stream.of(Slot.values())
                        .flatMap(
                                slot ->
                                        Stream.of(
                                                new Quota(
                                                        Party.CONTROLLER.user(name, slot),
                                                        bytes,
                                                        0,
                                                        0),
                                                new Quota(
                                                        Party.READER.user(name, slot),
                                                        1,
                                                        bytes,
                                                        50)))
                        .toList();
        return new KafkaPlan(topics, rights.toList(), quotas);
    }

    /** Agents write what they see and read what they wrote, to bury the records of dead nodes. */
    public static KafkaPlan ofSite(String siteId) {
        String topic = Topics.siteDrbd(siteId);
        String agents = agents(siteId);
        return new KafkaPlan(
                List.of(new Topic.Compacted(topic)),
                List.of(
                        new Right(
                                agents,
                                new Pattern.TopicNamed(topic),
                                Set.of(Verb.READ, Verb.WRITE, Verb.DESCRIBE))),
                List.of(new Quota(agents, 16 << 20, 16 << 20, 100)));
    }

    public static String agents(String siteId) {
        return "site-" + siteId;
    }

    private static Stream<Right> controller(String name, Slot slot, Set<String> sites) {
        String user = Party.CONTROLLER.user(name, slot);
        Set<Verb> read = Set.of(Verb.READ, Verb.DESCRIBE);
        Stream<Right> own =
                Stream.of(
                        new Right(
                                user, new Pattern.TopicsFrom(prefix(name)), Set.of(Verb.values())),
                        new Right(user, new Pattern.TopicNamed(Topics.TENANTS), read),
                        new Right(user, new Pattern.GroupNamed("site-recovery.dr-" + name), read));
        Stream<Right> routed =
                sites.stream()
                        .sorted()
                        .map(
                                site ->
                                        new Right(
                                                user,
                                                new Pattern.TopicNamed(Topics.siteDrbd(site)),
                                                read));
        return Stream.concat(own, routed);
    }

    private static Stream<Right> reader(String name, Slot slot) {
        String user = Party.READER.user(name, slot);
        Set<Verb> read = Set.of(Verb.READ, Verb.DESCRIBE);
        return Stream.of(
                new Right(user, new Pattern.TopicsFrom(prefix(name)), read),
                new Right(user, new Pattern.GroupsFrom(prefix(name)), read));
    }
}
