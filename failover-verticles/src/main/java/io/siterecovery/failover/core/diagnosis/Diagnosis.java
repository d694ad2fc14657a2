package io.siterecovery.failover.core.diagnosis;

import io.siterecovery.failover.core.diagnosis.Signs.Links;
import io.siterecovery.failover.core.ownership.ClusterId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A verdict on a site, with its witnesses. Pure: nothing is asked, silence has been counted
 * already.
 *
 * @param confirmed the last witness that fell silent has been so for {@link #TO_CONFIRM}: until
 *     then the verdict is a suspicion
 * @param since when the verdict began, as far as the witnesses tell
 * @param witnesses what each says, for people; it changes only when a witness changes its mind
 */
public record Diagnosis(
        ClusterId site, Verdict verdict, boolean confirmed, Instant since, List<String> witnesses) {

    /** An agent beats every second: one that misses three is silent. */
    public static final Duration MAX_SILENCE = Duration.ofSeconds(3);

    static final Duration TO_CONFIRM = Duration.ofSeconds(3);

    public Diagnosis {
        witnesses = List.copyOf(witnesses);
    }

    /**
     * @param other the deployment's other site: if nobody answers at all, it may be us
     */
    public static Diagnosis of(Signs signs, Signs other, Instant now) {
        boolean agentsHeard = heard(signs, now);
        Verdict verdict = verdict(signs, agentsHeard, other, heard(other, now));
        Instant since = lastToFallSilent(signs, agentsHeard).orElse(signs.api().since());
        return new Diagnosis(
                signs.site(),
                verdict,
                !since.plus(TO_CONFIRM).isAfter(now),
                since,
                witnesses(signs, agentsHeard));
    }

    /** When this may become another verdict although nothing more is heard. */
    public static Optional<Instant> lookAgain(Signs signs, Instant now) {
        return Stream.of(
                        signs.agents().map(at -> at.plus(MAX_SILENCE)),
                        lastToFallSilent(signs, heard(signs, now)).map(at -> at.plus(TO_CONFIRM)))
                .flatMap(Optional::stream)
                .filter(at -> at.isAfter(now))
                .min(Instant::compareTo);
    }

    private static boolean heard(Signs signs, Instant now) {
        return signs.agents().filter(at -> !at.plus(MAX_SILENCE).isBefore(now)).isPresent();
    }

    private static Verdict verdict(
            Signs signs, boolean agentsHeard, Signs other, boolean otherHeard) {
        if (signs.api().answers()) {
            if (!agentsHeard) {
                return Verdict.AGENTS_DOWN;
            }
            return signs.links() instanceof Links.Cut && other.api().answers()
                    ? Verdict.LINK_DOWN
                    : Verdict.HEALTHY;
        }
        // Who hears from nobody is more likely to be cut off than to see two sites die at once.
        if (!other.api().answers() && !otherHeard) {
            return Verdict.UNKNOWN;
        }
        return switch (signs.links()) {
            case Links.Connected(boolean primary) when primary -> Verdict.API_ONLY_DOWN;
            case Links.Cut _ when !agentsHeard -> Verdict.SITE_DOWN;
            case Links.Connected _, Links.Cut _, Links.Unknown _ -> Verdict.UNKNOWN;
        };
    }

    private static Optional<Instant> lastToFallSilent(Signs signs, boolean agentsHeard) {
        Optional<Instant> api =
                signs.api().answers() ? Optional.empty() : Optional.of(signs.api().since());
        Optional<Instant> agents = agentsHeard ? Optional.empty() : signs.agents();
        Optional<Instant> links =
                signs.links() instanceof Links.Cut(Instant since)
                        ? Optional.of(since)
                        : Optional.empty();
        return Stream.of(api, agents, links).flatMap(Optional::stream).max(Instant::compareTo);
    }

    private static List<String> witnesses(Signs signs, boolean agentsHeard) {
        return List.of(
                signs.api().answers() ? "API answers" : "API silent since " + signs.api().since(),
                agentsHeard
                        ? "agents speak"
                        : signs.agents()
                                .map(at -> "agents silent since " + at)
                                .orElse("no agent was ever heard"),
                switch (signs.links()) {
                    case Links.Connected(boolean primary) ->
                            primary
                                    ? "DRBD is connected to it, and a peer there is Primary"
                                    : "DRBD is connected to it";
                    case Links.Cut _ -> "no DRBD connection to it";
                    case Links.Unknown _ -> "nobody tells of DRBD connections to it";
                });
    }

    /** As in "cluster1 is SiteDown: API silent since …; agents …; …". */
    public String described() {
        return site
                + " is "
                + verdict.word()
                + (confirmed || verdict == Verdict.HEALTHY ? "" : " (suspected)")
                + ": "
                + String.join("; ", witnesses);
    }
}
