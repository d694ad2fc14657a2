package io.siterecovery.sandbox.quickstart;

import io.siterecovery.model.ResourceKind;
import io.siterecovery.sandbox.quickstart.FailoverWatch.Outcome;
import io.siterecovery.sandbox.quickstart.Plan.Group;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Applies groups and a planned failover with kubectl, and tells what comes of it. */
record Demonstration(
        World world,
        QuickstartOptions options,
        StateFolder state,
        Lifeline lifeline,
        Narrator narrator) {

    private static final Duration GROUPS_READY = Duration.ofMinutes(2);
    private static final Duration FAILOVER_END = Duration.ofSeconds(330);

    /** Whether the failover completed. */
    boolean run() {
        Plan plan = Plan.of(options);
        Kubectl kubectl = new Kubectl(world.api(Role.PRIMARY).kubeconfig());
        Sightings groups = new Sightings();
        watchGroups(groups, plan);
        apply(kubectl, plan);
        new GroupWait(groups, narrator).until(plan, GROUPS_READY);
        narrator.say("up in %.1f s", Narrator.seconds(narrator.sinceStart()));

        Sightings sightings = new Sightings();
        watchMove(sightings, plan.move());
        Path manifest = state.write("manifests/failover.yaml", plan.move().manifest());
        narrator.line("");
        narrator.line("$ kubectl apply -f %s", state.shown("manifests/failover.yaml"));
        narrator.line("%s", kubectl.run("apply", "-f", manifest.toString()));
        Outcome outcome =
                new FailoverWatch(plan.move(), sightings, narrator)
                        .follow(FAILOVER_END.plus(options.longestDelay()));
        new Summary(plan, options, state, narrator).print(outcome);
        return outcome.completed();
    }

    private void apply(Kubectl kubectl, Plan plan) {
        state.subfolder("manifests");
        if (options.groups() > 0) {
            StringBuilder all = new StringBuilder();
            plan.groups().forEach(group -> all.append("---\n").append(group.manifest()));
            Path file = state.write("manifests/groups.yaml", all.toString());
            kubectl.run("apply", "-f", file.toString());
            narrator.say("%d groups applied", plan.groups().size());
            return;
        }
        for (Group group : plan.groups()) {
            Path file =
                    state.write(
                            "manifests/%s-%s.yaml".formatted(group.namespace(), group.name()),
                            group.manifest());
            narrator.say("%s", kubectl.run("apply", "-f", file.toString()));
        }
    }

    private void watchGroups(Sightings sightings, Plan plan) {
        record Place(ResourceKind kind, String namespace) {}
        Set<Place> places = new LinkedHashSet<>();
        plan.groups().forEach(group -> places.add(new Place(group.kind(), group.namespace())));
        for (Place place : places) {
            lifeline.hold(
                    sightings.watch(world.api(Role.PRIMARY), place.kind(), place.namespace()));
        }
    }

    private void watchMove(Sightings sightings, Plan.Move move) {
        String namespace = move.group().namespace();
        SiteApi primary = world.api(Role.PRIMARY);
        lifeline.hold(sightings.watch(primary, move.kind(), namespace));
        lifeline.hold(
                sightings.watch(
                        world.api(Role.QUORUM),
                        ResourceKind.FAILOVER,
                        move.group().deployment().namespace()));
        for (SiteApi site : List.of(primary, world.api(Role.DR))) {
            lifeline.hold(sightings.watch(site, ResourceKind.VIRTUAL_MACHINE_INSTANCE, namespace));
        }
    }
}
