package io.siterecovery.events;

import static io.siterecovery.events.TenantTopic.KeyShape.CLUSTER;
import static io.siterecovery.events.TenantTopic.KeyShape.GROUP;
import static io.siterecovery.events.TenantTopic.KeyShape.OBJECT;
import static io.siterecovery.events.TenantTopic.KeyShape.REPLICA;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The topics of a deployment: what each carries, under which keys, and how long it is kept. Topics
 * are made by this table and described by it in the AsyncAPI document.
 */
@SuppressWarnings("ImmutableEnumChecker") // Its lists are List.of, its types records.
public enum TenantTopic {
    CLUSTERS(
            "clusters",
            "The state of the deployment's clusters as it is observed: the last record of a key is"
                    + " the present state of its object; a key without a value says that the object"
                    + " is gone.",
            new Keeping.LatestOfKey(Duration.ofHours(1)),
            List.of(
                    new Carried(EventType.VIRTUAL_MACHINE, OBJECT),
                    new Carried(EventType.VIRTUAL_MACHINE_INSTANCE, OBJECT),
                    new Carried(EventType.LAUNCHER_POD, OBJECT),
                    new Carried(EventType.PERSISTENT_VOLUME_CLAIM, OBJECT),
                    new Carried(EventType.PERSISTENT_VOLUME, OBJECT),
                    new Carried(EventType.STORAGE_CLASS, OBJECT),
                    new Carried(EventType.NODE, OBJECT),
                    new Carried(EventType.VOLUME_ATTACHMENT, OBJECT),
                    new Carried(EventType.FENCE, OBJECT),
                    new Carried(EventType.CONFIGURATION, OBJECT),
                    new Carried(EventType.CUSTOM_RESOURCE, OBJECT),
                    new Carried(EventType.REACHABILITY, CLUSTER))),
    DRBD(
            "drbd",
            "The state of the deployment's DRBD resources, one key for each node that has the"
                    + " resource, and once a second what the nodes' agents last said. A key without"
                    + " a value: the node no longer has the resource.",
            new Keeping.LatestOfKey(Duration.ofHours(1)),
            List.of(
                    new Carried(EventType.ROUTED_DRBD_RESOURCE, REPLICA),
                    new Carried(EventType.ROUTED_BEATS, CLUSTER))),
    OPERATIONS(
            "operations",
            "What happened: each step of each operation, and each change of a site's verdict.",
            new Keeping.For(Duration.ofDays(30)),
            List.of(
                    new Carried(EventType.OPERATION_STEP, GROUP),
                    new Carried(EventType.SITE_DIAGNOSED, CLUSTER))),
    POISON(
            "poison",
            "Records of the deployment that fit no schema, as they were received. The header"
                    + " siterecovery-poison-reason says why, siterecovery-poison-origin which"
                    + " record it was (topic@offset).",
            new Keeping.For(Duration.ofDays(7)),
            List.of());

    /** How the key of a record is made. */
    public enum KeyShape {
        OBJECT(
                "<cluster>/<kind>[.<API group>]/<namespace>/<name>; the namespace is empty for"
                        + " cluster-scoped objects",
                "^[^/]+/[^/]+/[^/]*/[^/]+$"),
        CLUSTER("<cluster>", "^[^/]+$"),
        REPLICA("<cluster>/<node>/<resource>", "^[^/]+/[^/]+/[^/]+$"),
        GROUP("<group's namespace>/<group>", "^[^/]+/[^/]+$");

        private final String text;
        private final String pattern;

        KeyShape(String text, String pattern) {
            this.text = text;
            this.pattern = pattern;
        }

        /** For people. */
        public String text() {
            return text;
        }

        /** A regular expression that each key fits. */
        public String pattern() {
            return pattern;
        }
    }

    /** An event in a topic. */
    public record Carried(EventType type, KeyShape key) {}

    /** How long a record stays. */
    public sealed interface Keeping {

        /**
         * The last record of each key stays for good.
         *
         * @param gone how long it can still be read that a key is gone
         */
        record LatestOfKey(Duration gone) implements Keeping {}

        /** Every record stays this long. */
        record For(Duration time) implements Keeping {}
    }

    private final String suffix;
    private final String description;
    private final Keeping keeping;
    private final List<Carried> carries;

    TenantTopic(String suffix, String description, Keeping keeping, List<Carried> carries) {
        this.suffix = suffix;
        this.description = description;
        this.keeping = keeping;
        this.carries = carries;
    }

    /** The last part of its name. */
    public String suffix() {
        return suffix;
    }

    public String description() {
        return description;
    }

    public Keeping keeping() {
        return keeping;
    }

    /** Empty where it carries records of any kind. */
    public List<Carried> carries() {
        return carries;
    }

    /** What every topic of the deployment, and nothing else, begins with. */
    public static String prefix(String deployment) {
        return "dr-" + deployment + ".";
    }

    public String of(String deployment) {
        return prefix(deployment) + suffix;
    }

    /** What a reader can rely on, as Kafka's settings of the topic. */
    public Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        switch (keeping) {
            case Keeping.LatestOfKey(Duration gone) -> {
                settings.put("cleanup.policy", "compact");
                settings.put("delete.retention.ms", String.valueOf(gone.toMillis()));
            }
            case Keeping.For(Duration time) -> {
                settings.put("cleanup.policy", "delete");
                settings.put("retention.ms", String.valueOf(time.toMillis()));
            }
        }
        return settings;
    }
}
