package io.siterecovery.events.drbd;

import java.util.Optional;

/**
 * A word that DRBD said. A word we do not know is kept as it was said: it is never taken for one we
 * know. Nor is silence.
 */
public sealed interface Word<E extends Enum<E> & DrbdWord> {

    /** Exactly what was printed; empty if nothing was. */
    String raw();

    record Known<E extends Enum<E> & DrbdWord>(E value) implements Word<E> {
        @Override
        public String raw() {
            return value.word();
        }
    }

    record Unknown<E extends Enum<E> & DrbdWord>(String raw) implements Word<E> {}

    record NotSaid<E extends Enum<E> & DrbdWord>() implements Word<E> {
        @Override
        public String raw() {
            return "";
        }
    }

    static <E extends Enum<E> & DrbdWord> Word<E> of(E value) {
        return new Known<>(value);
    }

    static <E extends Enum<E> & DrbdWord> Word<E> parse(Class<E> type, String raw) {
        if (raw.isEmpty()) {
            return new NotSaid<>();
        }
        for (E value : type.getEnumConstants()) {
            if (value.word().equals(raw)) {
                return new Known<>(value);
            }
        }
        return new Unknown<>(raw);
    }

    default boolean is(E expected) {
        return this instanceof Known<E>(E value) && value == expected;
    }

    default Optional<E> known() {
        return this instanceof Known<E>(E value) ? Optional.of(value) : Optional.empty();
    }

    /** For people. */
    default String text() {
        return raw().isEmpty() ? "not said" : raw();
    }
}
