package dev.turnkeep.contracts.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdTextTest {
    static Stream<Arguments> kinds() {
        return Stream.of(
                kind("harness_id", 128, HarnessId::new),
                kind("harness_session_id", 256, HarnessSessionId::new),
                kind("external_id", 256, ExternalId::new),
                kind("actor_id", 256, ActorId::new),
                kind("auth_subject", 256, AuthSubject::new));
    }

    private static Arguments kind(String field, int cap, Function<String, Object> id) {
        return Arguments.of(field, cap, id);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void takesAnythingUpToItsCap(String field, int cap, Function<String, Object> id) {
        assertThat(id.apply("x".repeat(cap)).toString()).contains("x".repeat(cap));
        assertThat(id.apply(":/ é東😀").toString()).contains(":/ é東😀");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void refusesWhatNoStoreCouldKeep(String field, int cap, Function<String, Object> id) {
        Stream.of("", " \t", "x".repeat(cap + 1), "a\0b", "\ud83d", "\ude00", "a\ud83db", "\ude00\ud83d")
                .forEach(text -> assertThatThrownBy(() -> id.apply(text)).isInstanceOfSatisfying(Invalid.class, e -> {
                    assertThat(e.problem()).isEqualTo(Problem.INVALID_FIELD);
                    assertThat(e.field()).isEqualTo(field);
                }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "production", "pr-42", "--", "0123456789abcdef0123456789abcdef"})
    void namesEnvironments(String name) {
        assertThat(new EnvironmentName(name).value()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Prod", "a_b", "a.b", "é", "a\n", "0123456789abcdef0123456789abcdefa"})
    void refusesOtherEnvironmentNames(String name) {
        assertThatThrownBy(() -> new EnvironmentName(name)).isInstanceOf(Invalid.class);
    }
}
