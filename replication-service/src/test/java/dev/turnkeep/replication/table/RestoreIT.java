package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import dev.turnkeep.replication.stream.Requeued;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        replica.execute("DELETE FROM sessions; DELETE FROM replication_quarantine");
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
        assertThat(shadows()).isEmpty();
    }

    @Test
    void goesOnWithACopyThatACrashBrokeOff() {
        // Given: a restore that dies in the middle of a table
        replica.execute("""
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                    metadata, created_at, updated_at)
                SELECT id, 'session_' || id, '%s', 'test', 'claude', 'agent', 'task', 'created', 'many', '{}', now(), now()
                FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 1000)) AS fresh
                """.formatted(replica.org));
        replica.beginAnew();
        Replica.await("a part is copied", () -> copied("rows") > 0);
        replica.gate.shut();
        replica.end();
        assertThat(copied("rows")).isBetween(1L, 999L);
        assertThat(copied("finished")).isZero();

        // When
        replica.gate.open();
        sessions(5);
        Replica.await("it begins", this::begun);
        replica.restoreToTheEnd();
        replica.drain();

        // Then: no range was copied again
        assertThat(inClickHouse()).hasSize(1005).isEqualTo(inPostgres());
        long rows = copied("rows");
        assertThat(copied("step")).isEqualTo(rows / 50 + (rows % 50 == 0 ? 1 : 2));
    }

    /** Connections that were cut are found to be so one by one. */
    private boolean begun() {
        try {
            replica.begin();
            return true;
        } catch (ClickHouseAway e) {
            return false;
        }
    }

    private long copied(String column) {
        return Long.parseLong(replica.one("""
                SELECT toString(max(toInt64(%s))) FROM $snapshot_progress FINAL
                WHERE table_name = 'sessions' AND endsWith(generation, '@%s')
                """.formatted(column, replica.consistentPoint())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DROP COLUMN status, DROP COLUMN model", "MODIFY SETTING fsync_after_insert = 0"})
    void beginsACopyAgainThatLacksWhatTheTableHasGotSince(String older) {
        // Given: a shadow as an older version made it, with everything copied
        sessions(60);
        replica.beginAnew();
        Replica.await("a copy of everything", () -> replica.one("""
                        SELECT toString(count()) FROM $snapshot_progress FINAL
                        WHERE finished = 1 AND endsWith(generation, '@%s')
                        """.formatted(replica.consistentPoint()))
                .equals("4"));
        replica.end();
        replica.clickHouse.execute(
                "ALTER TABLE %s %s".formatted(replica.clickHouse.qualified("sessions_v1_shadow"), older));

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
        assertThat(replica.one("SELECT engine_full FROM system.tables WHERE database = '%s' AND name = 'sessions_v1'"
                        .formatted(replica.clickHouse.database())))
                .contains("fsync_after_insert = 1");
    }

    @Test
    void keepsEachRowOfACopyThatClickHouseRefuses() {
        // Given
        String table = replica.clickHouse.qualified("sessions_v1");
        replica.beginAndRestore();
        replica.clickHouse.execute(
                "ALTER TABLE %s ADD CONSTRAINT harmless CHECK coalesce(name, '') != 'poison'".formatted(table));
        for (int i = 0; i < 3; i++) replica.session("poison");
        replica.session("healthy");
        replica.end();

        // When: all of them have the version of the copy
        replica.beginAnew();
        replica.restoreToTheEnd();

        // Then
        assertThat(inClickHouse()).hasSize(1);
        assertThat(replica.text("SELECT count(*) FROM replication_quarantine")).isEqualTo("3");

        // When
        replica.clickHouse.execute("ALTER TABLE %s DROP CONSTRAINT harmless".formatted(table));

        // Then
        assertThat(replica.sink().requeue()).isEqualTo(new Requeued(3, 0, 0));
        assertThat(inClickHouse()).hasSize(4).isEqualTo(inPostgres());
    }

    @Test
    void dropsATableThatTheServerTakesForTooLarge() {
        // Given
        replica.beginAndRestore();
        sessions(2);
        replica.drain();
        replica.end();
        replica.gate.set("max_table_size_to_drop=1");
        assertThatThrownBy(() ->
                        replica.throughGate("DROP TABLE " + replica.clickHouse.qualified("sessions_v1") + " SYNC"))
                .hasMessageContaining("359");

        // When
        replica.beginAnew();
        replica.restoreToTheEnd();

        // Then
        assertThat(inClickHouse()).hasSize(2);
        assertThat(shadows()).isEmpty();
    }

    @Test
    void doesNotWaitForALeftoverThatCannotBeDropped() {
        // Given: something hangs on it
        replica.beginAndRestore();
        replica.end();
        String database = replica.clickHouse.database();
        String shadow = replica.clickHouse.qualified("sessions_v1_shadow");
        replica.clickHouse.execute(
                "CREATE TABLE %s AS %s".formatted(shadow, replica.clickHouse.qualified("sessions_v1")));
        replica.clickHouse.execute("ALTER TABLE %s MODIFY COMMENT 'generation another'".formatted(shadow));
        replica.clickHouse.execute("""
                CREATE DICTIONARY %s (id UUID, name Nullable(String)) PRIMARY KEY id
                SOURCE(CLICKHOUSE(DB '%s' TABLE 'sessions_v1_shadow')) LAYOUT(COMPLEX_KEY_DIRECT())
                """.formatted(replica.clickHouse.qualified("hangs_on"), database));

        // When
        replica.begin();
        sessions(1);
        replica.drain();

        // Then
        assertThat(shadows()).containsExactly("sessions_v1_shadow");
        assertThat(inClickHouse()).hasSize(1);

        // When: nothing does any more
        replica.clickHouse.execute("DROP DICTIONARY " + replica.clickHouse.qualified("hangs_on"));
        replica.end();
        replica.begin();

        // Then
        assertThat(shadows()).isEmpty();
    }

    private List<String> shadows() {
        return replica
                .rows("SELECT name FROM system.tables WHERE database = '%s' AND name LIKE '%%shadow'"
                        .formatted(replica.clickHouse.database()))
                .stream()
                .map(row -> String.valueOf(row.get("name")))
                .toList();
    }

    @Test
    void saysThatItIsAtItAndThatNothingIsFreshMeanwhile() {
        // Given
        replica.beginAndRestore();
        replica.end();
        sessions(3);

        // When
        replica.beginAnew();
        sessions(1);
        long fresh = freshness();
        replica.send();

        // Then
        Replica.await("it counts", () -> counted() >= 3);
        assertThat(freshness()).isEqualTo(fresh);

        // When
        replica.restoreToTheEnd();
        Replica.await("it is said", () -> replica.sink().restoring().isEmpty());
        sessions(1);
        replica.drain();

        // Then
        assertThat(freshness()).isGreaterThan(fresh);
    }

    private long counted() {
        return replica.sink().restoring().orElseThrow().rows().getOrDefault("sessions", 0L);
    }

    private long freshness() {
        return replica.metrics
                .get("turnkeep.replication.table.freshness")
                .timer()
                .count();
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
