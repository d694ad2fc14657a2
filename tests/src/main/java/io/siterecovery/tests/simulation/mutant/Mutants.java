package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.tests.simulation.control.Bugs;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All planted bugs. */
public final class Mutants {

    /** Those that a planned failover shows. */
    public static final List<Mutant> OF_PLANNED_ONES =
            Stream.of(MoveMutants.all(), ProofMutants.all(), GroupMutants.all(), HandMutants.all())
                    .flatMap(List::stream)
                    .toList();

    /** Those that show when a site is lost. */
    public static final List<Mutant> OF_EMERGENCIES = EmergencyMutants.all();

    public static final List<Mutant> ALL =
            Stream.of(OF_PLANNED_ONES, OF_EMERGENCIES, TaintMutants.all())
                    .flatMap(List::stream)
                    .toList();

    public static Optional<Mutant> named(String name) {
        return ALL.stream().filter(m -> m.name().equals(name)).findFirst();
    }

    /**
     * Made anew for each schedule, since some remember.
     *
     * @param name empty: the product as it is
     */
    public static Bugs bugs(String name) {
        return name.isEmpty() ? Bugs.NONE : named(name).orElseThrow().bugs().get();
    }

    private Mutants() {}
}
