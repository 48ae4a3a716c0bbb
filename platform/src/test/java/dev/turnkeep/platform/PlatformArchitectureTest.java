package dev.turnkeep.platform;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnkeep", importOptions = DoNotIncludeTests.class)
class PlatformArchitectureTest {
    @ArchTest
    static final ArchRule knowsNoDomainWord = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.platform..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.turnkeep.contracts.turn..",
                    "dev.turnkeep.contracts.lifecycle..",
                    "dev.turnkeep.contracts.merkle..",
                    "dev.turnkeep.ingest..",
                    "dev.turnkeep.session..");

    @ArchTest
    static final ArchRule contractsKnowNothingOfIt = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.contracts..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.turnkeep.platform..", "io.quarkus..", "jakarta..");
}
