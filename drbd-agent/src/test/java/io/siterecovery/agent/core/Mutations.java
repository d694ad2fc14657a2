package io.siterecovery.agent.core;

import java.util.List;
import java.util.Random;

/** Hurts lines in every way a terminal, a full disk or a bad cable might, by a seed. */
final class Mutations {

    private static final String[] NOISE = {
        "\u001b[1;31m", "\u001b[0m", "\r", "\t", "  ", ":", ":yes", "nan", "-1", "\u0000", "ü", "="
    };

    private final List<String> lines;
    private final Random random;

    Mutations(List<String> lines, long seed) {
        this.lines = lines;
        this.random = new Random(seed);
    }

    String next() {
        StringBuilder text = new StringBuilder(any());
        for (int n = random.nextInt(3); n >= 0; n--) {
            mutate(text);
        }
        return text.toString();
    }

    private void mutate(StringBuilder text) {
        int at = text.isEmpty() ? 0 : random.nextInt(text.length());
        switch (random.nextInt(9)) {
            case 0 -> text.setLength(at);
            case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(9)));
            case 2 -> text.insert(at, (char) (' ' + random.nextInt(95)));
            case 3 -> text.insert(at, NOISE[random.nextInt(NOISE.length)]);
            case 4 -> text.replace(at, text.length(), any().substring(0, 40));
            case 5 -> removeWord(text, at);
            case 6 -> swapWord(text, at);
            case 7 -> text.append(' ').append(any());
            default -> {
                if (!text.isEmpty()) {
                    text.setCharAt(at, (char) random.nextInt(0x250));
                }
            }
        }
    }

    private static void removeWord(StringBuilder text, int at) {
        int start = text.lastIndexOf(" ", at) + 1;
        int end = text.indexOf(" ", at);
        text.delete(start, end < 0 ? text.length() : end + 1);
    }

    private void swapWord(StringBuilder text, int at) {
        int start = text.lastIndexOf(" ", at) + 1;
        int end = text.indexOf(" ", start);
        String[] others = any().split(" ", -1);
        text.replace(start, end < 0 ? text.length() : end, others[random.nextInt(others.length)]);
    }

    private String any() {
        return lines.get(random.nextInt(lines.size()));
    }
}
