package dev.turnkeep.reaper;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnkeep.reaper", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule servicesDoNotKnowEachOther = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.turnkeep.ingest..",
                    "dev.turnkeep.session..",
                    "dev.turnkeep.replication..",
                    "dev.turnkeep.localstack..");

    @ArchTest
    static final ArchRule featuresHaveNoCycles =
            slices().matching("dev.turnkeep.reaper.(*)..").should().beFreeOfCycles();
}
