package dev.turnkeep.localstack;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnkeep", importOptions = ImportOption.DoNotIncludeTests.class)
class LocalStackArchitectureTest {

    @ArchTest
    static final ArchRule enginesKnowNothingOfTheServices = noClasses()
            .that()
            .resideOutsideOfPackage("dev.turnkeep.localstack.run..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.turnkeep.localstack.run..");

    @ArchTest
    static final ArchRule nothingHereDependsOnTheServicesCode = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.localstack..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.turnkeep.session..", "dev.turnkeep.ingest..", "dev.turnkeep.platform..");
}
