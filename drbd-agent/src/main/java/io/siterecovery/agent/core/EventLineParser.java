package io.siterecovery.agent.core;

import io.siterecovery.agent.core.EventLine.Action;
import io.siterecovery.agent.core.EventLine.DumpEnd;
import io.siterecovery.agent.core.EventLine.Helper;
import io.siterecovery.agent.core.EventLine.ObjectLine;
import io.siterecovery.agent.core.EventLine.Renamed;
import io.siterecovery.agent.core.EventLine.Skipped;
import io.siterecovery.agent.core.EventLine.Unparsed;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line of {@code drbdsetup events2}. A damaged line is refused whole: half of it could
 * say the opposite of what was printed.
 */
public final class EventLineParser {

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final int TIMESTAMP_LENGTH = "2026-11-20T22:49:22.586791+00:00".length();
    private static final int LONGEST_SHAPE = 60;

    public static EventLine parse(String line) {
        String text = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
        if (text.indexOf('\u001b') >= 0) {
            text = COLOUR.matcher(text).replaceAll("");
        }
        if (text.isEmpty()) {
            return new Unparsed("empty line");
        }
        return parse(new Words(text));
    }

    private static EventLine parse(Words words) {
        String first = words.next();
        String at = null;
        if (isDigit(first, 0)) {
            if (first.length() != TIMESTAMP_LENGTH || first.charAt(10) != 'T') {
                return new Unparsed("bad timestamp");
            }
            at = first;
            first = words.next();
        }
        return switch (first) {
            case "exists" -> object(at, Action.EXISTS, words);
            case "create" -> object(at, Action.CREATE, words);
            case "change" -> object(at, Action.CHANGE, words);
            case "destroy" -> object(at, Action.DESTROY, words);
            case "rename" -> renamed(at, words);
            case "call", "response" -> helper(at, first, words);
            case "-" -> skipped(words);
            default -> unparsed("unknown action", first);
        };
    }

    private static EventLine object(@Nullable String at, Action action, Words words) {
        String object = words.next();
        if (object.equals("-")) {
            return action == Action.EXISTS && words.atEnd()
                    ? new DumpEnd(at)
                    : new Unparsed("bad end of dump");
        }
        ObjectKind kind = ObjectKind.ofWord(object);
        if (kind == null) {
            return unparsed("unknown object", object);
        }
        Map<String, String> keys = keys(words, kind);
        if (keys == null) {
            return new Unparsed("damaged " + object);
        }
        ObjectId id = identity(kind, keys);
        if (id == null) {
            return new Unparsed(object + " without identity");
        }
        kind.identity().forEach(keys::remove);
        return new ObjectLine(at, action, id, keys);
    }

    private static @Nullable ObjectId identity(ObjectKind kind, Map<String, String> keys) {
        for (String key : kind.identity()) {
            String value = keys.get(key);
            if (value == null || value.isEmpty()) {
                return null;
            }
        }
        String resource = keys.getOrDefault("name", "");
        String connection = keys.getOrDefault("conn-name", "");
        int node = number(keys.getOrDefault("peer-node-id", "0"));
        int volume = number(keys.getOrDefault("volume", "0"));
        if (node < 0 || volume < 0) {
            return null;
        }
        return switch (kind) {
            case RESOURCE -> new ObjectId.Resource(resource);
            case DEVICE -> new ObjectId.Device(resource, volume);
            case CONNECTION -> new ObjectId.Connection(resource, node, connection);
            case PEER_DEVICE -> new ObjectId.PeerDevice(resource, node, connection, volume);
            case PATH ->
                    new ObjectId.Path(
                            resource,
                            node,
                            connection,
                            keys.getOrDefault("local", ""),
                            keys.getOrDefault("peer", ""));
        };
    }

    private static EventLine renamed(@Nullable String at, Words words) {
        Map<String, String> keys =
                words.next().equals("resource") ? keys(words, ObjectKind.RESOURCE) : null;
        String name = keys == null ? null : keys.get("name");
        String newName = keys == null ? null : keys.get("new_name");
        if (name == null || newName == null || name.isEmpty() || newName.isEmpty()) {
            return new Unparsed("damaged rename");
        }
        return new Renamed(at, name, newName);
    }

    private static EventLine helper(@Nullable String at, String action, Words words) {
        Map<String, String> keys =
                words.next().equals("helper") ? keys(words, ObjectKind.RESOURCE) : null;
        String name = keys == null ? null : keys.get("name");
        String helper = keys == null ? null : keys.get("helper");
        String status = keys == null ? null : keys.get("status");
        if (keys == null
                || name == null
                || helper == null
                || (status == null) != action.equals("call")) {
            return new Unparsed("damaged " + action);
        }
        return new Helper(at, name, helper, status, keys);
    }

    private static EventLine skipped(Words words) {
        boolean named = words.next().equals("skipped");
        int count = number(words.next());
        return named && count >= 0 && words.atEnd()
                ? new Skipped(count)
                : new Unparsed("damaged skip");
    }

    /** Null if a word has no colon or a key comes twice, as in a line mixed from two. */
    private static @Nullable Map<String, String> keys(Words words, ObjectKind kind) {
        Map<String, String> keys = HashMap.newHashMap(16);
        while (!words.atEnd()) {
            String word = words.next();
            int colon = word.indexOf(':');
            if (colon <= 0) {
                return null;
            }
            String key = kind.canonical(word.substring(0, colon));
            if (keys.put(key, word.substring(colon + 1)) != null) {
                return null;
            }
        }
        return keys;
    }

    /** Negative if it is none. */
    private static int number(String text) {
        if (text.isEmpty() || text.length() > 9) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text, i)) {
                return -1;
            }
            number = number * 10 + (text.charAt(i) - '0');
        }
        return number;
    }

    private static boolean isDigit(String text, int index) {
        return text.length() > index && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private static Unparsed unparsed(String what, String word) {
        String shape = what + " " + word;
        return new Unparsed(shape.substring(0, Math.min(shape.length(), LONGEST_SHAPE)));
    }

    /** Words parted by single blanks; an empty one past the end. */
    private static final class Words {
        private final String text;
        private int position;

        Words(String text) {
            this.text = text;
        }

        boolean atEnd() {
            return position >= text.length();
        }

        String next() {
            if (atEnd()) {
                return "";
            }
            int blank = text.indexOf(' ', position);
            int end = blank < 0 ? text.length() : blank;
            String word = text.substring(position, end);
            position = end + 1;
            return word;
        }
    }

    private EventLineParser() {}
}
