package io.siterecovery.agent.core;

import io.siterecovery.agent.core.EventLine.Action;
import io.siterecovery.agent.core.EventLine.DumpEnd;
import io.siterecovery.agent.core.EventLine.Helper;
import io.siterecovery.agent.core.EventLine.ObjectLine;
import io.siterecovery.agent.core.EventLine.Renamed;
import io.siterecovery.agent.core.EventLine.Skipped;
import io.siterecovery.agent.core.EventLine.Unparsed;
import io.siterecovery.events.drbd.Word;
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
            return damaged("empty line");
        }
        return parse(new Words(text));
    }

    private static EventLine parse(Words words) {
        String first = words.next();
        String at = null;
        if (!first.isEmpty() && first.charAt(0) >= '0' && first.charAt(0) <= '9') {
            if (first.length() != TIMESTAMP_LENGTH || first.charAt(10) != 'T') {
                return damaged("bad timestamp");
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
            case "call" -> helper(at, words, false);
            case "response" -> helper(at, words, true);
            case "-" -> skipped(at, words);
            default -> damaged(shape("unknown action", first));
        };
    }

    private static EventLine object(@Nullable String at, Action action, Words words) {
        String object = words.next();
        if (object.equals("-")) {
            return action == Action.EXISTS && words.atEnd()
                    ? new DumpEnd(at)
                    : damaged("bad end of dump");
        }
        ObjectKind kind = ObjectKind.ofWord(object);
        if (kind == null) {
            return new Unparsed(shape("unknown object", object), false);
        }
        Attributes said = new Attributes();
        Identity identity = new Identity();
        while (!words.atEnd()) {
            if (!words.nextPair()) {
                return damaged("damaged " + object);
            }
            Key key = kind.key(words.key);
            boolean once =
                    key != null
                            ? said.add(key, Value.parse(key.form(), words.value))
                            : identity.takes(kind, words.key)
                                    ? identity.add(words.key, words.value)
                                    : said.addStrange(words.key, words.value);
            if (!once) {
                return damaged("damaged " + object);
            }
        }
        ObjectId id = identity.id(kind);
        return id == null
                ? damaged(object + " without identity")
                : new ObjectLine(at, action, id, said);
    }

    private static EventLine renamed(@Nullable String at, Words words) {
        Identity identity = new Identity();
        String newName = "";
        boolean whole = words.next().equals("resource");
        while (whole && !words.atEnd()) {
            whole = words.nextPair();
            if (whole && words.key.equals("new_name")) {
                whole = newName.isEmpty();
                newName = words.value;
            } else if (whole && words.key.equals("name")) {
                whole = identity.add(words.key, words.value);
            }
        }
        return whole && !identity.name.isEmpty() && !newName.isEmpty()
                ? new Renamed(at, identity.name, newName)
                : damaged("damaged rename");
    }

    private static EventLine helper(@Nullable String at, Words words, boolean response) {
        Identity identity = new Identity();
        String handler = "";
        long status = -1;
        boolean whole = words.next().equals("helper");
        while (whole && !words.atEnd()) {
            whole = words.nextPair();
            if (!whole) {
                break;
            }
            switch (words.key) {
                case "helper" -> {
                    whole = handler.isEmpty();
                    handler = words.value;
                }
                case "status" -> {
                    whole = response && status < 0;
                    status = Value.whole(words.value);
                }
                case "name", "conn-name" -> whole = identity.add(words.key, words.value);
                default -> {}
            }
        }
        if (!whole
                || identity.name.isEmpty()
                || handler.isEmpty()
                || (status < 0) == response
                || status > Integer.MAX_VALUE) {
            return damaged(response ? "damaged response" : "damaged call");
        }
        return new Helper(
                at,
                identity.name,
                identity.connection.isEmpty() ? null : identity.connection,
                Word.parse(Handler.class, handler),
                response ? (int) status : null);
    }

    private static EventLine skipped(@Nullable String at, Words words) {
        boolean named = words.next().equals("skipped");
        long count = Value.whole(words.next());
        return named && count >= 0 && words.atEnd()
                ? new Skipped(at, count)
                : damaged("damaged skip");
    }

    private static Unparsed damaged(String shape) {
        return new Unparsed(shape, true);
    }

    private static String shape(String what, String word) {
        String shape = what + " " + word;
        return shape.substring(0, Math.min(shape.length(), LONGEST_SHAPE));
    }

    /** The keys that say which object a line is about. */
    private static final class Identity {
        private static final int HIGHEST = 65_535;

        private String name = "";
        private String connection = "";
        private String local = "";
        private String peer = "";
        private int node = -1;
        private int volume = -1;

        boolean takes(ObjectKind kind, String key) {
            return switch (key) {
                case "name" -> true;
                case "volume" -> kind == ObjectKind.DEVICE || kind == ObjectKind.PEER_DEVICE;
                case "peer-node-id", "conn-name" ->
                        kind != ObjectKind.RESOURCE && kind != ObjectKind.DEVICE;
                case "local", "peer" -> kind == ObjectKind.PATH;
                default -> false;
            };
        }

        /**
         * @return whether the value can be used and is the first for its key
         */
        boolean add(String key, String value) {
            boolean first =
                    switch (key) {
                        case "name" -> name.isEmpty();
                        case "conn-name" -> connection.isEmpty();
                        case "local" -> local.isEmpty();
                        case "peer" -> peer.isEmpty();
                        case "peer-node-id" -> node < 0;
                        case "volume" -> volume < 0;
                        default -> false;
                    };
            return first && !value.isEmpty() && set(key, value);
        }

        private boolean set(String key, String value) {
            switch (key) {
                case "name" -> name = value;
                case "conn-name" -> connection = value;
                case "local" -> local = value;
                case "peer" -> peer = value;
                case "peer-node-id" -> node = number(value);
                case "volume" -> volume = number(value);
                default -> {}
            }
            return key.equals("volume") ? volume >= 0 : !key.equals("peer-node-id") || node >= 0;
        }

        /** Null if something of it is missing. */
        @Nullable ObjectId id(ObjectKind kind) {
            boolean connected = node >= 0 && !connection.isEmpty();
            if (name.isEmpty()) {
                return null;
            }
            return switch (kind) {
                case RESOURCE -> new ObjectId.Resource(name);
                case DEVICE -> volume < 0 ? null : new ObjectId.Device(name, volume);
                case CONNECTION ->
                        connected ? new ObjectId.Connection(name, node, connection) : null;
                case PEER_DEVICE ->
                        connected && volume >= 0
                                ? new ObjectId.PeerDevice(name, node, connection, volume)
                                : null;
                case PATH ->
                        connected && !local.isEmpty() && !peer.isEmpty()
                                ? new ObjectId.Path(name, node, connection, local, peer)
                                : null;
            };
        }

        private static int number(String text) {
            long number = Value.whole(text);
            return number > HIGHEST ? -1 : (int) number;
        }
    }

    /** Words parted by single blanks; an empty one past the end. */
    private static final class Words {
        private final String text;
        private int position;
        private String key = "";
        private String value = "";

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
            int end = wordEnd();
            String word = text.substring(position, end);
            position = end + 1;
            return word;
        }

        /** Parts the next word at its first colon: values may hold more of them. */
        boolean nextPair() {
            int end = wordEnd();
            int colon = text.indexOf(':', position);
            if (colon <= position || colon >= end) {
                return false;
            }
            key = text.substring(position, colon);
            value = text.substring(colon + 1, end);
            position = end + 1;
            return true;
        }

        private int wordEnd() {
            int blank = text.indexOf(' ', position);
            return blank < 0 ? text.length() : blank;
        }
    }

    private EventLineParser() {}
}
