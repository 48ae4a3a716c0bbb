package dev.turnkeep.contracts.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ProblemTest {
    @Test
    void givesEveryProblemACodeOfItsOwn() {
        assertThat(Arrays.stream(Problem.values()).map(Problem::code))
                .doesNotHaveDuplicates()
                .allSatisfy(code -> assertThat(code).matches("[a-z]+(_[a-z]+)*"));
    }

    @Test
    void answersErrorsOnly() {
        assertThat(Problem.values()).allSatisfy(problem -> {
            assertThat(problem.status()).isBetween(400, 599);
            assertThat(problem.code()).isEqualTo(problem.name().toLowerCase(Locale.ROOT));
            assertThat(problem.title()).isNotBlank();
        });
    }

    @Test
    void namesAFieldFromTheRootOfTheInput() {
        // Given
        Invalid inner = Invalid.field("cwd", "1..4096 characters");

        // When
        Invalid outer = inner.within("session");

        // Then
        assertThat(outer.problem()).isEqualTo(Problem.INVALID_FIELD);
        assertThat(outer.field()).isEqualTo("session.cwd");
        assertThat(outer.detail()).isEqualTo("session.cwd: 1..4096 characters");
    }

    @Test
    void namesTheParentWhereNoFieldIsMeant() {
        // Given
        Invalid whole = new Invalid(Problem.MALFORMED, null, "not an object");

        // When / Then
        assertThat(whole.within("meta").field()).isEqualTo("meta");
        assertThat(whole.within("meta").detail()).isEqualTo("meta: not an object");
    }
}
