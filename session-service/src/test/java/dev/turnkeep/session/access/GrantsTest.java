package dev.turnkeep.session.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrantsTest {
    private static final Resource CHAT = Resource.session("chat:7");

    @ParameterizedTest
    @ValueSource(strings = {"read:sessions", "read:sessions:chat:7", "read:all", "*:sessions", "*:all", "admin"})
    void grantsReadingASession(String scope) {
        assertThat(Grants.ofToken(List.of(scope)).permit(Action.READ, List.of(CHAT)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "read",
                "*",
                "",
                "read:sessions:chat",
                "read:sessions:",
                "write:sessions",
                "read:tasks",
                "admin:all",
                "admin:sessions",
                "READ:sessions"
            })
    void doesNotGrantReadingASession(String scope) {
        assertThat(Grants.ofToken(List.of(scope)).permit(Action.READ, List.of(CHAT)))
                .isFalse();
    }

    @Test
    void grantsAllSessionsOnlyWithoutAName() {
        // When
        Grants one = Grants.ofToken(List.of("read:sessions:chat:7"));
        Grants all = Grants.ofToken(List.of("read:sessions"));

        // Then
        assertThat(one.permit(Action.READ, List.of(Resource.sessions()))).isFalse();
        assertThat(all.permit(Action.READ, List.of(Resource.sessions()))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "*, READ, true", "*, WRITE, true", "*, ADMIN, true",
        "read, READ, true", "read, WRITE, false", "read, ADMIN, false",
        "write, READ, false", "write, WRITE, true", "write, ADMIN, true",
        "ingest, READ, false", "ingest, WRITE, false", "ingest, ADMIN, false"
    })
    void readsTheShortScopesOfKeys(String scope, Action action, boolean granted) {
        assertThat(Grants.ofKey(List.of(scope)).permit(action, List.of(CHAT))).isEqualTo(granted);
    }

    @Test
    void isEnoughWhenOneNameOfASessionIsGranted() {
        assertThat(Grants.ofToken(List.of("read:sessions:chat:7"))
                        .permit(Action.READ, List.of(Resource.session("session_x"), CHAT)))
                .isTrue();
    }
}
