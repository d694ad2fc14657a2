package io.siterecovery.tests.simulation.mutant;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All planted bugs. */
public final class Mutants {

    public static final List<Mutant> ALL =
            Stream.of(MoveMutants.all(), ProofMutants.all(), GroupMutants.all(), HandMutants.all())
                    .flatMap(List::stream)
                    .toList();

    public static Optional<Mutant> named(String name) {
        return ALL.stream().filter(m -> m.name().equals(name)).findFirst();
    }

    private Mutants() {}
}
