package io.siterecovery.platform;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Whose turn it is at a door that several parties share, each with many things to do.
 *
 * <p>Of those who have anything to do now, each may have an equal share of the places inside, and
 * at least one. So who is inside and never leaves keeps nobody else out; a newcomer waits for no
 * one; and one alone has all the places. The most urgent of a party's things go first, and of
 * equals those that came first.
 *
 * <p>Pure: what is let in is an answer, and nothing here waits.
 */
final class FairShare<T> {

    private record Waiting<T>(Urgency urgency, long number, T thing) {}

    private static final class Party<T> {
        final PriorityQueue<Waiting<T>> waiting =
                new PriorityQueue<>(
                        Comparator.comparing((Waiting<T> w) -> w.urgency())
                                .thenComparingLong(Waiting::number));
        int inside;

        boolean isIdle() {
            return inside == 0 && waiting.isEmpty();
        }
    }

    private final int places;
    private final int mostWaiting;
    private final Map<String, Party<T>> parties = new LinkedHashMap<>();
    private long arrived;

    /**
     * @param places for all together
     * @param mostWaiting of each party
     */
    FairShare(int places, int mostWaiting) {
        this.places = places;
        this.mostWaiting = mostWaiting;
    }

    /** Whether one more thing of a party would have to be turned away. */
    boolean isFull(String who) {
        Party<T> party = parties.get(who);
        return party != null && party.waiting.size() >= mostWaiting;
    }

    /** Takes its place in the queue; what may go in now, this or others of the party. */
    List<T> arrive(String who, Urgency urgency, T thing) {
        Party<T> party = parties.computeIfAbsent(who, _ -> new Party<>());
        party.waiting.add(new Waiting<>(urgency, arrived++, thing));
        List<T> admitted = new ArrayList<>();
        admit(party, admitted);
        return admitted;
    }

    /** Something of a party came out; what may go in instead, of whomever. */
    List<T> leave(String who) {
        List<T> admitted = new ArrayList<>();
        Party<T> party = parties.get(who);
        if (party == null) {
            throw new IllegalStateException("nothing of " + who + " is inside");
        }
        party.inside--;
        if (party.isIdle()) {
            parties.remove(who);
            parties.values().forEach(other -> admit(other, admitted));
        } else {
            admit(party, admitted);
        }
        return admitted;
    }

    /** Gives up all that a party has waiting, in the order in which it would have gone in. */
    List<T> dismiss(String who) {
        List<T> dismissed = new ArrayList<>();
        Party<T> party = parties.get(who);
        while (party != null && !party.waiting.isEmpty()) {
            dismissed.add(party.waiting.remove().thing());
        }
        return dismissed;
    }

    private void admit(Party<T> party, List<T> admitted) {
        int share = Math.max(1, places / parties.size());
        while (party.inside < share && !party.waiting.isEmpty()) {
            party.inside++;
            admitted.add(party.waiting.remove().thing());
        }
    }
}
