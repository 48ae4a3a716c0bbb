package dev.turnkeep.ingest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnkeep", importOptions = DoNotIncludeTests.class)
class IngestArchitectureTest {
    @ArchTest
    static final ArchRule dependsOnNoOtherService = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.ingest..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.turnkeep.session..",
                    "dev.turnkeep.reaper..",
                    "dev.turnkeep.replication..",
                    "dev.turnkeep.localstack..");

    @ArchTest
    static final ArchRule featuresFormNoCircle =
            slices().matching("dev.turnkeep.ingest.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule providersKnowOnlyContracts = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.ingest.provider..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.quarkus..", "jakarta..", "org.apache.kafka..", "dev.turnkeep.platform..");

    @ArchTest
    static final ArchRule theJudgementKnowsNoClockAndNoFramework = noClasses()
            .that()
            .haveSimpleName("TurnJudge")
            .or()
            .haveSimpleName("Envelope")
            .or()
            .haveSimpleName("SessionBlocks")
            .or()
            .haveSimpleName("Conversations")
            .or()
            .haveSimpleName("CallersTimes")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("io.quarkus..", "jakarta..", "org.apache.kafka..", "io.vertx..");
}
