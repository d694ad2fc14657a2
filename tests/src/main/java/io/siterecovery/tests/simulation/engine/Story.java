package io.siterecovery.tests.simulation.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What happened, one line each; written only when somebody wants to read it. */
public final class Story {

    private static final int LIMIT = 200_000;

    private final Agenda agenda;
    private final boolean wanted;
    private final List<String> lines = new ArrayList<>();

    public Story(Agenda agenda, boolean wanted) {
        this.agenda = agenda;
        this.wanted = wanted;
    }

    public void tell(String who, Supplier<String> what) {
        if (wanted && lines.size() < LIMIT) {
            lines.add(
                    String.format(
                            Locale.ROOT, "%9.3f %-12s %s", agenda.micros() / 1e6, who, what.get()));
        }
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }
}
