package io.siterecovery.sandbox.kubernetes.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds what a tree no longer shows: keys that stand twice in one object. */
public final class DuplicateKeys {
    private record Level(String path, Set<String> seen) {}

    private DuplicateKeys() {}

    /** Paths of the second mention of each. */
    public static List<String> in(byte[] json) throws IOException {
        List<String> found = new ArrayList<>();
        Deque<Level> levels = new ArrayDeque<>();
        String at = "";
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_OBJECT, START_ARRAY -> {
                        levels.push(new Level(at, new HashSet<>()));
                    }
                    case END_OBJECT, END_ARRAY -> levels.pop();
                    case FIELD_NAME -> {
                        Level level = levels.getFirst();
                        String name = parser.currentName();
                        at = level.path().isEmpty() ? name : level.path() + "." + name;
                        if (!level.seen().add(name)) {
                            found.add(at);
                        }
                    }
                    default -> {}
                }
            }
        }
        return found;
    }
}
