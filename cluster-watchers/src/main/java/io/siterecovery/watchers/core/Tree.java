package io.siterecovery.watchers.core;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place in an untyped object. A field that is missing, or is not what it should be, reads as
 * absent: objects come from others.
 */
record Tree(@Nullable Object value) {

    private static final Tree ABSENT = new Tree(null);

    Tree at(String... path) {
        Tree here = this;
        for (String field : path) {
            here = here.value instanceof Map<?, ?> map ? new Tree(map.get(field)) : ABSENT;
        }
        return here;
    }

    @Nullable String text() {
        return value instanceof String text ? text : null;
    }

    String textOr(String absent) {
        return value instanceof String text ? text : absent;
    }

    @Nullable Boolean truth() {
        return value instanceof Boolean truth ? truth : null;
    }

    boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    List<Tree> items() {
        return value instanceof List<?> list
                ? list.stream().map(item -> new Tree((Object) item)).toList()
                : List.of();
    }

    /** The fields of a map whose values are texts. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach(
                    (key, text) -> {
                        if (key instanceof String name && text instanceof String string) {
                            texts.put(name, string);
                        }
                    });
        }
        return texts;
    }

    /** The names of a map's fields, in order. */
    List<String> fields() {
        return value instanceof Map<?, ?> map
                ? map.keySet().stream().map(String::valueOf).toList()
                : List.of();
    }

    static Optional<Instant> time(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
