package dev.turnkeep.session.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorsTest {
    private static final List<String> LIST = List.of("turns", "org", "test");
    private final Cursors cursors = new Cursors("a master key of the tests".getBytes(StandardCharsets.UTF_8));

    @Test
    void opensWhatItHasSealed() {
        // When
        String cursor = cursors.seal(LIST, "1755 ünd mehr");

        // Then
        assertThat(cursors.open(LIST, cursor, "cursor")).isEqualTo("1755 ünd mehr");
        assertThat(cursor).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void refusesTheCursorOfAnotherList() {
        // Given
        String cursor = cursors.seal(LIST, "7");

        // Then
        assertRefused(List.of("turns", "org", "prod"), cursor);
        assertRefused(List.of("turns", "orgtest", ""), cursor);
        assertRefused(List.of("turns", "org"), cursor);
    }

    @Test
    void refusesACursorWithAnyByteChanged() {
        // Given
        byte[] cursor = Base64.getUrlDecoder().decode(cursors.seal(LIST, "7"));

        for (int i = 0; i < cursor.length; i++) {
            // When
            byte[] changed = cursor.clone();
            changed[i] ^= 1;

            // Then
            assertRefused(LIST, Base64.getUrlEncoder().withoutPadding().encodeToString(changed));
        }
    }

    @Test
    void refusesWhatAnotherKeyHasSigned() {
        // Given
        Cursors others = new Cursors("another master key".getBytes(StandardCharsets.UTF_8));

        // Then
        assertRefused(LIST, others.seal(LIST, "7"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "%%%", "MTc", "AgAA", "null"})
    void refusesWhatIsNoCursor(String text) {
        assertRefused(LIST, text);
        assertRefused(LIST, text.repeat(5000));
    }

    private void assertRefused(List<String> list, String cursor) {
        assertThatThrownBy(() -> cursors.open(list, cursor, "page[after]"))
                .isInstanceOfSatisfying(Invalid.class, refused -> {
                    assertThat(refused.problem()).isEqualTo(Problem.MALFORMED);
                    assertThat(refused.field()).isEqualTo("page[after]");
                });
    }
}
