package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tables that are made anew, because the slot cannot know of what they miss. */
@WithLocalStack
class RestoreIT {
    private final Replica replica;

    RestoreIT(TestSpace space) {
        replica = new Replica(space);
    }

    @AfterEach
    void close() throws Exception {
        replica.end();
        replica.dropSlot();
        replica.execute("DELETE FROM sessions");
        replica.close();
    }

    @Test
    void agreesRowByRowAfterALostSlotWithChangesAndDeletionsInTheGap() {
        // Given
        replica.beginAndRestore();
        List<UUID> sessions = sessions(130);
        replica.drain();
        replica.end();
        replica.dropSlot();

        // When: nobody sees this
        replica.execute("DELETE FROM sessions WHERE id IN ('%s', '%s')".formatted(sessions.get(3), sessions.get(70)));
        replica.execute("UPDATE sessions SET name = 'changed in the gap' WHERE id = '%s'".formatted(sessions.get(5)));
        sessions(7);
        replica.beginAnew();
        // Then, while it is copied, and between its end and the exchange
        replica.execute("UPDATE sessions SET turn_count = 9 WHERE id = '%s'".formatted(sessions.get(6)));
        replica.execute("DELETE FROM sessions WHERE id = '%s'".formatted(sessions.get(7)));
        replica.restoreToTheEnd();
        replica.drain();

        // Then
        assertThat(inClickHouse()).hasSize(134).isEqualTo(inPostgres());
        assertThat(replica.rows("SELECT name FROM system.tables WHERE database = '%s' AND name LIKE '%%shadow'"
                        .formatted(replica.clickHouse.database())))
                .isEmpty();
    }

    @Test
    void goesOnWithACopyThatACrashBrokeOff() {
        // Given: a restore that was begun, and died somewhere
        sessions(120);
        replica.beginAnew();
        replica.end();

        // When
        sessions(5);
        replica.begin();
        replica.restoreToTheEnd();
        replica.drain();

        // Then
        assertThat(inClickHouse()).hasSize(125).isEqualTo(inPostgres());
    }

    @Test
    void beginsACopyAgainThatLacksWhatTheTableHasGotSince() {
        // Given: a shadow as an older version made it, with everything copied
        sessions(60);
        replica.beginAnew();
        Replica.await("a copy of everything", () -> replica.one("""
                        SELECT toString(count()) FROM $snapshot_progress FINAL
                        WHERE finished = 1 AND 'generation ' || generation =
                            (SELECT comment FROM system.tables WHERE database = '%s' AND name = 'sessions_v1_shadow')
                        """.formatted(replica.clickHouse.database()))
                .equals("3"));
        replica.end();
        replica.clickHouse.execute("ALTER TABLE %s DROP COLUMN status, DROP COLUMN model"
                .formatted(replica.clickHouse.qualified("sessions_v1_shadow")));

        // When
        replica.begin();
        replica.restoreToTheEnd();
        replica.drain();

        // Then
        assertThat(inClickHouse()).hasSize(60).isEqualTo(inPostgres());
        assertThat(replica.rows("SELECT DISTINCT status FROM $sessions"))
                .extracting(row -> String.valueOf(row.get("status")))
                .containsExactlyElementsOf(replica.column("SELECT DISTINCT status FROM sessions"));
        assertThat(replica.one("""
                SELECT type || ' ' || default_expression FROM system.columns
                WHERE database = '%s' AND table = 'sessions_v1' AND name = 'status'
                """.formatted(replica.clickHouse.database())))
                .isEqualTo("LowCardinality(String) 'unknown'");
    }

    @Test
    void hidesAtOnceWhatWasErasedInTheGap() {
        // Given
        replica.beginAndRestore();
        UUID erased = sessions(2).getFirst();
        replica.drain();
        replica.end();
        replica.dropSlot();

        // When: nobody sees this
        replica.execute("DELETE FROM sessions WHERE id = '%s'".formatted(erased));
        replica.execute("""
                INSERT INTO erased_sessions (session_id, org_id, environment, harness_id, erased_at)
                VALUES ('%s', '%s', 'test', 'claude', now())
                """.formatted(erased, replica.org));
        replica.beginAnew();

        // Then: the table that is read is still the old one
        assertThat(inClickHouse()).hasSize(1);
        assertThat(replica.restored).isFalse();
        replica.restoreToTheEnd();
        replica.drain();
        assertThat(inClickHouse()).isEqualTo(inPostgres());
    }

    @Test
    void showsTheOldTablesUntilTheNewOnesHaveEverything() {
        // Given
        replica.beginAndRestore();
        sessions(3);
        replica.drain();
        replica.end();

        // When: the copy may be complete, but what came through the slot is not acknowledged
        replica.beginAnew();
        replica.session("new");

        // Then
        assertThat(inClickHouse()).hasSize(3);
        replica.restoreToTheEnd();
        replica.drain();
        assertThat(inClickHouse()).hasSize(4);
    }

    @Test
    void takesNothingSeenForAnErrorAndNotForAnEmptyTable() {
        // Given
        sessions(3);
        replica.execute("ALTER POLICY services ON sessions TO turnkeep_consumer, turnkeep_reaper");

        // When
        replica.beginAnew();

        // Then
        Replica.await("an operator is called", () -> replica.sink()
                .trouble()
                .filter(reason -> reason.contains("does not see every row of sessions"))
                .isPresent());
        assertThat(replica.restored).isFalse();

        // When
        replica.execute("ALTER POLICY services ON sessions TO turnkeep_consumer, turnkeep_reaper, turnkeep_replicator");
        replica.end();
        replica.begin();
        replica.restoreToTheEnd();

        // Then
        assertThat(inClickHouse()).hasSize(3);
    }

    private List<UUID> sessions(int count) {
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) ids.add(replica.session("session " + i));
        return ids;
    }

    private List<String> inPostgres() {
        return replica.column("""
                SELECT concat_ws('|', id, name, turn_count, state, metadata::text) FROM sessions ORDER BY id::text
                """);
    }

    private List<String> inClickHouse() {
        return replica.rows("""
                SELECT concat(toString(id), '|', name, '|', toString(turn_count), '|', state, '|', metadata) AS line
                FROM $sessions ORDER BY toString(id)
                """).stream()
                .map(row -> String.valueOf(row.get("line")))
                .toList();
    }
}
