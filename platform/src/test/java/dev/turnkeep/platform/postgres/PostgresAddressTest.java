package dev.turnkeep.platform.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresAddressTest {
    @Test
    void readsTheFormThatMigrationsUse() {
        assertThat(PostgresAddress.parse("jdbc:postgresql://db.internal:6432/turnkeep"))
                .isEqualTo(new PostgresAddress("db.internal", 6432, "turnkeep"));
    }

    @Test
    void assumesTheUsualPort() {
        assertThat(PostgresAddress.parse("postgresql://localhost/turnkeep").port())
                .isEqualTo(5432);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql://h/db", "jdbc:postgresql://h", "postgresql:db", "jdbc:postgresql://h/"})
    void refusesAnythingElse(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> PostgresAddress.parse(url));
    }
}
