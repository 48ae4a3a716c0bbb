package dev.turnkeep.ingest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.reflect.Parameter;
import java.util.Set;

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

    /** A plain text could be the id of anything; only constructors of answers and rows hold them as text. */
    @ArchTest
    static final ArchRule takesIdsByTheirTypes = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.turnkeep.ingest..")
            .should(notTakeATextNamedLikeAnId());

    private static ArchCondition<JavaMethod> notTakeATextNamedLikeAnId() {
        Set<String> typed = Set.of(
                "orgId",
                "keyId",
                "sessionId",
                "harnessId",
                "harnessSessionId",
                "externalId",
                "actorId",
                "turnId",
                "eventId");
        return new ArchCondition<>("take ids by their types") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                for (Parameter parameter : method.reflect().getParameters()) {
                    boolean bare = parameter.getType() == String.class && typed.contains(parameter.getName());
                    events.add(
                            new SimpleConditionEvent(method, !bare, method.getFullName() + ": " + parameter.getName()));
                }
            }
        };
    }
}
