package dev.turnkeep.session.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;

/** The index that an operator may make before the upgrade. */
@WithLocalStack
class SessionsOfOrgIT {
    private static final String BEFORE = "20260124000000";
    private static final String WITH = "20260124000100";
    private static final String BY_HAND = "CREATE INDEX CONCURRENTLY sessions_of_org ON sessions (org_id, id)";

    private final TestSpace space;

    SessionsOfOrgIT(TestSpace space) {
        this.space = space;
    }

    @Test
    void anIndexWhoseMakingBrokeOffDoesNotPassForOneAndAWholeOneDoes() throws SQLException {
        // Given: what an attempt leaves that broke off
        migrate(BEFORE);
        execute(BY_HAND);
        execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'sessions_of_org'::regclass");

        // When, Then
        assertThatThrownBy(() -> migrate(WITH))
                .isInstanceOf(FlywayException.class)
                .hasMessageContaining("the index sessions_of_org is invalid");

        // When
        execute("DROP INDEX CONCURRENTLY sessions_of_org");
        execute(BY_HAND);

        // Then
        assertThat(migrate(WITH)).isOne();
    }

    private int migrate(String target) {
        Flyway flyway = Flyway.configure()
                .dataSource(
                        space.postgres().jdbcUrl(),
                        space.postgres().user(),
                        space.postgres().password())
                .locations("classpath:db/migration")
                .target(target)
                .load();
        return flyway.migrate().migrationsExecuted;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                space.postgres().jdbcUrl(),
                space.postgres().user(),
                space.postgres().password());
    }
}
