package io.siterecovery.tests.bench;

import io.siterecovery.tests.bench.Fleet.Group;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * {@code bin/bench storm --hang}, {@code --drop}: what others notice of a deployment whose sites
 * hang.
 *
 * @param drops their packets are dropped; otherwise they accept calls and never answer
 */
record HangBench(int deployments, int groups, int vms, int warmUp, int repeat, boolean drops) {

    private static final double MILLIS = 1e6;

    void run(Path folder, Path home) {
        int each = (groups + deployments - 1) / deployments;
        try (Fleet fleet = Fleet.start(folder, home, deployments, each, vms)) {
            List<Group> all = Fleet.groups(deployments, groups);
            String stuck = Fleet.deployment(1);
            List<Group> its = all.stream().filter(g -> g.deployment().equals(stuck)).toList();
            List<Group> others = all.stream().filter(g -> !g.deployment().equals(stuck)).toList();
            fleet.protect(all);
            fleet.settled(all, Fleet.PRIMARY);
            fleet.defined(all);
            List<Long> alone = new ArrayList<>();
            List<Long> beside = new ArrayList<>();
            for (int round = 0; round < warmUp + repeat; round++) {
                // Each way in turn, so that neither a site nor the order is in favour of one.
                boolean hangsFirst = round % 2 == 1;
                long first = move(fleet, others, its, Fleet.DR, "out-" + round, hangsFirst);
                long second = move(fleet, others, its, Fleet.PRIMARY, "in-" + round, !hangsFirst);
                if (round >= warmUp) {
                    alone.add(hangsFirst ? second : first);
                    beside.add(hangsFirst ? first : second);
                }
                System.out.printf(
                        Locale.ROOT,
                        "round %d: alone %.0f ms, beside one that hangs %.0f ms%n",
                        round,
                        (hangsFirst ? second : first) / MILLIS,
                        (hangsFirst ? first : second) / MILLIS);
            }
            print(others.size(), alone, beside);
        }
    }

    private long move(
            Fleet fleet,
            List<Group> others,
            List<Group> its,
            String to,
            String name,
            boolean hangs) {
        String stuck = its.getFirst().deployment();
        if (hangs) {
            String elsewhere =
                    fleet.holder(its.getFirst()).equals(Fleet.DR) ? Fleet.PRIMARY : Fleet.DR;
            fleet.order(its, elsewhere, "planned", name);
            hang(fleet, stuck, true);
        }
        long last = Collections.max(fleet.move(others, to, "planned", name).values());
        if (hangs) {
            hang(fleet, stuck, false);
            fleet.free(its);
        }
        fleet.settled(others, to);
        return last;
    }

    private void hang(Fleet fleet, String deployment, boolean on) {
        if (drops) {
            fleet.world().dropPackets(deployment, on);
        } else {
            fleet.world().hang(deployment, on);
        }
    }

    private static void print(int groups, List<Long> alone, List<Long> beside) {
        double without = median(alone);
        double with = median(beside);
        System.out.printf(
                Locale.ROOT,
                "%n%d groups of others, until the last has moved, median: alone %.0f ms, beside one"
                        + " that hangs %.0f ms: %.2f%n",
                groups,
                without,
                with,
                with / without);
        System.out.println(
                new Figures()
                        .with("ratio", with / without)
                        .with("aloneMs", Math.round(without))
                        .with("besideMs", Math.round(with))
                        .toJson());
    }

    /** In milliseconds. */
    private static double median(List<Long> nanos) {
        return nanos.stream().mapToLong(Long::longValue).sorted().toArray()[nanos.size() / 2]
                / MILLIS;
    }
}
