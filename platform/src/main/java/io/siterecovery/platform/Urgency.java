package io.siterecovery.platform;

/**
 * How soon a call to an API server is wanted, where there are more calls than it is sent at once.
 * It belongs to the work and travels with its thread: whoever works {@link #during} one need not
 * pass it on.
 *
 * @param level the lower, the sooner
 */
public record Urgency(int level) implements Comparable<Urgency> {

    private static final int MOST_IMPORTANT = 1;
    private static final int LEAST_IMPORTANT = 5;
    private static final ScopedValue<Urgency> CURRENT = ScopedValue.newInstance();

    /** What all wait for: what there is. */
    static final Urgency FIRST = new Urgency(MOST_IMPORTANT - 1);

    /** Of a group that does not say how important it is. */
    public static final Urgency NORMAL = new Urgency(3);

    /** What only tells people something: nothing waits for it. */
    public static final Urgency TELLS = new Urgency(LEAST_IMPORTANT + 1);

    /**
     * @param priority of a group, 1 to 5; others are taken for the nearest of these
     */
    public static Urgency ofPriority(int priority) {
        return new Urgency(Math.clamp(priority, MOST_IMPORTANT, LEAST_IMPORTANT));
    }

    static Urgency current() {
        return CURRENT.orElse(NORMAL);
    }

    /** Does the work, whose calls are this urgent. */
    public <T, X extends Throwable> T during(ScopedValue.CallableOp<T, X> work) throws X {
        return ScopedValue.where(CURRENT, this).call(work);
    }

    @Override
    public int compareTo(Urgency other) {
        return Integer.compare(level, other.level);
    }
}
