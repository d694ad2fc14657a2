package io.siterecovery.agent.core;

import io.siterecovery.agent.core.Value.Amount;
import io.siterecovery.agent.core.Value.Measure;
import io.siterecovery.agent.core.Value.OneOf;
import io.siterecovery.agent.core.Value.Reasons;
import io.siterecovery.agent.core.Value.Truth;
import io.siterecovery.agent.core.Value.Unknown;
import io.siterecovery.events.drbd.DrbdWord;
import io.siterecovery.events.drbd.Word;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was said of one object. What was not said is absent, never a default. */
public final class Attributes {

    /** More than any object has; the rest of a flood is dropped. */
    private static final int MOST_STRANGE = 32;

    private static final List<String> NOT_SAID = List.of("");

    private final EnumMap<Key, Value> values = new EnumMap<>(Key.class);
    private @Nullable Map<String, String> strange;
    private boolean unknownWord;

    /**
     * @return whether the key was not there before
     */
    boolean add(Key key, Value value) {
        unknownWord |= value instanceof Unknown;
        return values.put(key, value) == null;
    }

    /**
     * @param key one that we do not know
     * @return whether the key was not there before
     */
    boolean addStrange(String key, String raw) {
        if (strange == null) {
            strange = new TreeMap<>();
        }
        return strange.size() >= MOST_STRANGE || strange.put(key, raw) == null;
    }

    /** Takes over what the other says; what it does not say stays. */
    void merge(Attributes other) {
        values.putAll(other.values);
        other.strange().forEach(this::addStrange);
    }

    void mergeFigures(Attributes other) {
        other.values.forEach(
                (key, value) -> {
                    if (key.isFigure()) {
                        values.put(key, value);
                    }
                });
    }

    void remove(Key key) {
        values.remove(key);
    }

    boolean says(Key key) {
        return values.containsKey(key);
    }

    @Nullable Value get(Key key) {
        return values.get(key);
    }

    Map<Key, Value> values() {
        return Map.copyOf(values);
    }

    /** Keys that we do not know, with their values as printed. */
    Map<String, String> strange() {
        return strange == null ? Map.of() : strange;
    }

    /** Whether any key or word that was added is not one of ours. */
    boolean hasStrange() {
        return strange != null || unknownWord;
    }

    <E extends Enum<E> & DrbdWord> Word<E> word(Class<E> vocabulary, Key key) {
        return switch (values.get(key)) {
            case OneOf(DrbdWord word) when vocabulary.isInstance(word) ->
                    Word.of(vocabulary.cast(word));
            case Unknown(String raw) -> Word.parse(vocabulary, raw);
            case null, default -> new Word.NotSaid<>();
        };
    }

    boolean is(Key key, DrbdWord word) {
        return values.get(key) instanceof OneOf(DrbdWord said) && said.equals(word);
    }

    @Nullable Boolean truth(Key key) {
        return values.get(key) instanceof Truth(boolean yes) ? yes : null;
    }

    boolean is(Key key, boolean expected) {
        return values.get(key) instanceof Truth(boolean yes) && yes == expected;
    }

    @Nullable Long amount(Key key) {
        return values.get(key) instanceof Amount(long amount) ? amount : null;
    }

    boolean isZero(Key key) {
        return values.get(key) instanceof Amount(long amount) && amount == 0;
    }

    @Nullable Integer number(Key key) {
        return values.get(key) instanceof Amount(long n) && n <= Integer.MAX_VALUE ? (int) n : null;
    }

    /** At most 100. */
    @Nullable Double percent(Key key) {
        return values.get(key) instanceof Measure(double n) && n >= 0 && n <= 100 ? n : null;
    }

    /** What was printed in MiB, in bytes. */
    @Nullable Long mebibytes(Key key) {
        return values.get(key) instanceof Measure(double n) && n >= 0 && n < Integer.MAX_VALUE
                ? Math.round(n * (1 << 20))
                : null;
    }

    /** One empty word if it was not said. */
    List<String> reasons(Key key) {
        return switch (values.get(key)) {
            case Reasons(List<String> reasons) -> reasons;
            case Unknown(String raw) -> List.of(raw.split(",", -1));
            case null, default -> NOT_SAID;
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Attributes a
                && values.equals(a.values)
                && strange().equals(a.strange());
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values + " " + strange();
    }
}
