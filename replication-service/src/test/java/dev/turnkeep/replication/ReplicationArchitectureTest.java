package dev.turnkeep.replication;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnkeep.replication", importOptions = ImportOption.DoNotIncludeTests.class)
class ReplicationArchitectureTest {
    @ArchTest
    static final ArchRule servicesDoNotKnowEachOther = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.turnkeep.ingest..",
                    "dev.turnkeep.session..",
                    "dev.turnkeep.reaper..",
                    "dev.turnkeep.localstack..");

    @ArchTest
    static final ArchRule theDecoderDoesNoIo = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.replication.pgoutput..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.io..", "java.net..", "java.sql..", "org.postgresql..", "jakarta..", "io.quarkus..");

    @ArchTest
    static final ArchRule theStreamKnowsNoSink = noClasses()
            .that()
            .resideInAPackage("dev.turnkeep.replication.stream..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "com.clickhouse..", "dev.turnkeep.contracts..");

    @ArchTest
    static final ArchRule featuresHaveNoCycles =
            slices().matching("dev.turnkeep.replication.(*)..").should().beFreeOfCycles();
}
