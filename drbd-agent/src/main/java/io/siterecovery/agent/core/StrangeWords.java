package io.siterecovery.agent.core;

import io.siterecovery.agent.core.EventLine.Helper;
import io.siterecovery.agent.core.EventLine.ObjectLine;
import io.siterecovery.agent.core.Value.Unknown;
import io.siterecovery.events.drbd.Word;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Keys and words that this version of ours does not know, for people to see. */
public final class StrangeWords {

    private static final int MOST = 100;
    private static final int LONGEST = 100;

    private final Set<String> keys = new TreeSet<>();
    private final Set<String> words = new TreeSet<>();

    void note(ObjectLine line) {
        if (!line.said().hasStrange()) {
            return;
        }
        String object = line.id().kind().word() + ".";
        line.said().strange().keySet().forEach(key -> keep(keys, object + key));
        line.said()
                .values()
                .forEach(
                        (key, value) -> {
                            if (value instanceof Unknown(String raw)) {
                                keep(words, object + key.word() + ":" + raw);
                            }
                        });
    }

    void note(Helper line) {
        if (line.handler() instanceof Word.Unknown<Handler>(String raw)) {
            keep(words, "helper.helper:" + raw);
        }
    }

    void add(StrangeWords others) {
        others.keys.forEach(key -> keep(keys, key));
        others.words.forEach(word -> keep(words, word));
    }

    /** As {@code <object>.<key>}. */
    public List<String> keys() {
        return List.copyOf(keys);
    }

    /** As {@code <object>.<key>:<word>}. */
    public List<String> words() {
        return List.copyOf(words);
    }

    private static void keep(Set<String> kept, String text) {
        if (kept.size() < MOST) {
            kept.add(text.substring(0, Math.min(text.length(), LONGEST)));
        }
    }
}
