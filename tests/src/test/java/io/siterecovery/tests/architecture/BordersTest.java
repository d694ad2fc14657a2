package io.siterecovery.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.micrometer.core.instrument.MeterRegistry;
import io.siterecovery.platform.Meters;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;

/** The borders that docs/architecture.md draws. */
@AnalyzeClasses(packages = "io.siterecovery", importOptions = ImportOption.DoNotIncludeTests.class)
class BordersTest {

    private static final String[] SERVICES = {
        "io.siterecovery.watchers..",
        "io.siterecovery.agent..",
        "io.siterecovery.failover..",
        "io.siterecovery.tenants.."
    };

    @ArchTest
    static void every_module_is_looked_at(JavaClasses all) {
        for (String module :
                new String[] {
                    "events",
                    "reader",
                    "model",
                    "platform",
                    "watchers",
                    "agent",
                    "failover",
                    "sandbox"
                }) {
            assertThat(
                            all.stream()
                                    .filter(
                                            c ->
                                                    c.getPackageName()
                                                            .startsWith(
                                                                    "io.siterecovery." + module))
                                    .count())
                    .as(module)
                    .isPositive();
        }
    }

    @ArchTest
    static final ArchRule cores_are_pure =
            noClasses()
                    .that()
                    .resideInAPackage("io.siterecovery..core..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.vertx..",
                            "org.apache.kafka..",
                            "io.fabric8.kubernetes.client..",
                            "org.slf4j..",
                            "io.micrometer..",
                            "java.net..",
                            "java.util.concurrent..",
                            "io.siterecovery.platform..");

    @ArchTest
    static final ArchRule cores_read_no_clock =
            noClasses()
                    .that()
                    .resideInAPackage("io.siterecovery..core..")
                    .should()
                    .callMethod(Instant.class, "now")
                    .orShould()
                    .callMethod(LocalDateTime.class, "now")
                    .orShould()
                    .callMethod(ZonedDateTime.class, "now")
                    .orShould()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .dependOnClassesThat()
                    .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule service_modules_are_blind_to_one_another =
            slices().matching("io.siterecovery.(watchers|agent|failover|tenants)..")
                    .should()
                    .notDependOnEachOther();

    @ArchTest
    static final ArchRule nothing_depends_on_the_sandbox =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("io.siterecovery.sandbox..", "io.siterecovery.tests..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.siterecovery.sandbox..");

    @ArchTest
    static final ArchRule the_platform_knows_no_service =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "io.siterecovery.platform..",
                            "io.siterecovery.events..",
                            "io.siterecovery.model..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(SERVICES);

    @ArchTest
    static final ArchRule events_and_model_depend_on_nothing_of_ours =
            classes()
                    .that()
                    .resideInAnyPackage("io.siterecovery.events..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideOutsideOfPackages(
                            "io.siterecovery.model..", "io.siterecovery.platform..")
                    .andShould()
                    .onlyDependOnClassesThat()
                    .resideOutsideOfPackages(SERVICES);

    @ArchTest
    static final ArchRule a_consumer_needs_no_more_than_kafka_and_json =
            classes()
                    .that()
                    .resideInAnyPackage("io.siterecovery.reader..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "io.siterecovery.reader..",
                            "io.siterecovery.events",
                            "org.apache.kafka..",
                            "com.fasterxml.jackson..",
                            "picocli..",
                            "org.jspecify..",
                            "java..");

    @ArchTest
    static final ArchRule tenants_kubeconfigs_never_reach_fabric8s_parser =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.siterecovery.sandbox..")
                    .should()
                    .callMethodWhere(
                            JavaCall.Predicates.target(
                                    HasName.Predicates.nameMatching(
                                            "fromKubeconfig|autoConfigure")));

    /** What docs/metrics.md says is all there is. */
    @ArchTest
    static final ArchRule meters_are_made_by_the_table_alone =
            noClasses()
                    .that()
                    .resideInAPackage("io.siterecovery..")
                    .and()
                    .areNotAssignableTo(Meters.class)
                    .should()
                    .callMethodWhere(
                            JavaCall.Predicates.target(
                                            HasOwner.Predicates.With.owner(
                                                    JavaClass.Predicates.assignableTo(
                                                            MeterRegistry.class)))
                                    .and(
                                            JavaCall.Predicates.target(
                                                    HasName.Predicates.nameMatching(
                                                            "counter|timer|summary|gauge.*|more"
                                                                    + "|newCounter|register.*"))))
                    .orShould()
                    .callMethodWhere(
                            JavaCall.Predicates.target(
                                            HasOwner.Predicates.With.owner(
                                                    JavaClass.Predicates.resideInAPackage(
                                                            "io.micrometer.core.instrument")))
                                    .and(
                                            JavaCall.Predicates.target(
                                                    HasName.Predicates.name("builder"))));

    @ArchTest
    static final ArchRule nobody_sleeps =
            noClasses()
                    .that()
                    .resideInAPackage("io.siterecovery..")
                    .should()
                    .callMethod(Thread.class, "sleep", long.class);
}
