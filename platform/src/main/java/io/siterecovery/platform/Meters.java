package io.siterecovery.platform;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.siterecovery.platform.Metric.Kind;
import io.siterecovery.platform.Metric.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The series of one owner, a tenant or a topic: made by the table {@link Metric} alone, and gone
 * with their owner. May be used from any thread.
 */
public final class Meters implements AutoCloseable {

    private final MeterRegistry registry;
    private final Map<Label, String> owner;
    private final Set<Meter> made = ConcurrentHashMap.newKeySet();
    private boolean closed;

    /**
     * @param owner labels that each of these series has
     */
    public Meters(MeterRegistry registry, Map<Label, String> owner) {
        this.registry = registry;
        this.owner = Map.copyOf(owner);
    }

    /** Of one tenant. */
    public static Meters of(TenantContext tenant) {
        return new Meters(tenant.metrics(), Map.of(Label.TENANT, tenant.tenant().name()));
    }

    /**
     * @param value asked for at each scrape, on the scraping thread
     * @param labels a value for each label of the metric that is not the owner's
     */
    public void gauge(Metric metric, Map<Label, String> labels, Supplier<? extends Number> value) {
        check(metric, Kind.GAUGE);
        made(
                () ->
                        Gauge.builder(metric.meterName(), value::get)
                                .description(metric.description())
                                .tags(tags(metric, labels))
                                .register(registry));
    }

    public void count(Metric metric, Map<Label, String> labels) {
        check(metric, Kind.COUNTER);
        made(() ->
                        Counter.builder(metric.meterName())
                                .description(metric.description())
                                .tags(tags(metric, labels))
                                .register(registry))
                .ifPresent(Counter::increment);
    }

    /**
     * @param amount in the unit of the metric
     */
    public void record(Metric metric, Map<Label, String> labels, double amount) {
        check(metric, Kind.SUMMARY);
        made(() ->
                        DistributionSummary.builder(metric.meterName())
                                .description(metric.description())
                                .tags(tags(metric, labels))
                                .register(registry))
                .ifPresent(summary -> summary.record(amount));
    }

    /** Takes all of them away; what is counted afterwards is not. */
    @Override
    public synchronized void close() {
        closed = true;
        made.forEach(registry::remove);
        made.clear();
    }

    private synchronized <M extends Meter> Optional<M> made(Supplier<M> making) {
        if (closed) {
            return Optional.empty();
        }
        M meter = making.get();
        made.add(meter);
        return Optional.of(meter);
    }

    private Tags tags(Metric metric, Map<Label, String> labels) {
        List<Tag> tags = new ArrayList<>();
        for (Label label : metric.labels()) {
            String value = labels.containsKey(label) ? labels.get(label) : owner.get(label);
            if (value == null) {
                throw new IllegalArgumentException(metric + " needs a value for " + label);
            }
            tags.add(Tag.of(label.key(), label.bounded(value)));
        }
        return Tags.of(tags);
    }

    private static void check(Metric metric, Kind kind) {
        if (metric.kind() != kind) {
            throw new IllegalArgumentException(metric + " is a " + metric.kind());
        }
    }
}
