package io.siterecovery.tests.simulation.engine;

import java.util.List;
import java.util.SplittableRandom;

/** All chance of one run comes from here. */
public final class Dice {

    private final SplittableRandom random;

    public Dice(long seed) {
        this(new SplittableRandom(seed));
    }

    private Dice(SplittableRandom random) {
        this.random = random;
    }

    /** Dice of their own: what one part draws does not change what another one gets. */
    public Dice fork() {
        return new Dice(random.split());
    }

    public SplittableRandom generator() {
        return random;
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    public boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** Both ends included. */
    public long between(long low, long high) {
        return low >= high ? low : random.nextLong(low, high + 1);
    }

    public int between(int low, int high) {
        return low >= high ? low : random.nextInt(low, high + 1);
    }

    /** Mostly near the usual, now and then many times as long. */
    public long around(long usual) {
        double u = random.nextDouble();
        double factor = u < 0.9 ? 0.5 + u : 1.5 + (u - 0.9) * 60;
        return (long) (usual * factor);
    }

    public <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
