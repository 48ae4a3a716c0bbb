package dev.turnkeep.platform;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

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

    /** A plain text could be the id of anything; only constructors of answers and rows hold them as text. */
    @ArchTest
    static final ArchRule takesIdsByTheirTypes = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.turnkeep.platform..")
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
