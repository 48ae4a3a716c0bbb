package dev.turnkeep.session;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnkeep", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule servicesDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.session..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.turnkeep.ingest..", "dev.turnkeep.reaper..", "dev.turnkeep.localstack..");

    @ArchTest
    static final ArchRule platformKnowsNoService = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.platform..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.turnkeep.session..", "dev.turnkeep.contracts.lifecycle..");

    @ArchTest
    static final ArchRule contractsAreFreeOfFrameworksAndIo = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.contracts..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "jakarta..",
                    "io.quarkus..",
                    "io.vertx..",
                    "org.apache.kafka..",
                    "java.sql..",
                    "java.net..",
                    "java.nio.file..");

    @ArchTest
    static final ArchRule theDecisionHasNoClock = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.contracts..")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule featuresHaveNoCycles =
            slices().matching("dev.turnkeep.session.(*)..").should().beFreeOfCycles();
}
