package dev.turnkeep.session.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.turn.TurnsConsumerIT;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(TurnsConsumerIT.Keys.class)
class DatabaseIT {
    private static final OrgId ORG = new OrgId(UUID.randomUUID());
    private static final String CONFLICT = """
        DO $$ BEGIN RAISE EXCEPTION 'somebody was faster' USING ERRCODE = '40001'; END $$
        """;

    @Nullable
    TestSpace space;

    @Inject
    Database database;

    @Test
    void workThatMetOthersIsBegunAgain() {
        // Given
        AtomicInteger tries = new AtomicInteger();

        // When
        int done = database.inOrg(ORG, work -> {
            if (tries.incrementAndGet() < 3) {
                work.rows(Statement.of(CONFLICT));
            }
            return tries.get();
        });

        // Then
        assertThat(done).isEqualTo(3);
    }

    @Test
    void workThatMeetsOthersEveryTimeIsForLater() {
        // Given
        AtomicInteger tries = new AtomicInteger();

        // When / Then
        assertThatThrownBy(() -> database.inOrg(ORG, work -> {
                    tries.incrementAndGet();
                    return work.rows(Statement.of(CONFLICT));
                }))
                .isInstanceOf(RetryLater.class);
        assertThat(tries).hasValueBetween(2, 10);
    }

    @Test
    void whatSomebodyHoldsForTooLongIsForLater() throws SQLException {
        // Given
        try (Connection holder = Objects.requireNonNull(space).postgres().connect()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute("SELECT pg_advisory_xact_lock(4711)");
            }

            // When / Then
            assertThatThrownBy(() -> database.inOrg(ORG, work -> {
                        work.rows(Statement.of("SELECT set_config('lock_timeout', '50', true)"));
                        return work.rows(Statement.of("SELECT pg_advisory_xact_lock(4711)"));
                    }))
                    .isInstanceOf(RetryLater.class);
            holder.rollback();
        }
    }
}
