package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.StoppedException;
import dev.turnkeep.replication.stream.Version;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a slot goes on with, and what it must not go on with. */
@WithLocalStack
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContinuationIT {
    private final Replica replica;

    ContinuationIT(TestSpace space) {
        replica = new Replica(space);
    }

    @BeforeEach
    void restore() {
        replica.end();
        replica.execute("UPDATE replication_state SET system_identifier = 'x' WHERE stream = 'tables'");
        replica.beginAndRestore();
    }

    @AfterAll
    void close() throws Exception {
        replica.end();
        replica.dropSlot();
        replica.close();
    }

    @Test
    void keepsEventsThatPostgresHasForgottenWhenTheTablesAreMadeAnew() {
        // Given
        UUID forgotten = event("2026-01-02");
        UUID kept = event("2026-02-03");
        replica.drain();
        replica.execute("DELETE FROM session_events WHERE id = '%s'".formatted(forgotten));
        replica.drain();

        // When
        replica.end();
        replica.beginAnew();
        replica.restoreToTheEnd();

        // Then
        assertThat(replica.rows("SELECT toString(id) AS id FROM $session_events WHERE id IN ('%s', '%s')"
                        .formatted(forgotten, kept)))
                .extracting(row -> row.get("id"))
                .containsExactlyInAnyOrder(forgotten.toString(), kept.toString());
    }

    @Test
    void inheritsNothingThatPostgresNeverKnew() {
        // Given: an event of a history that Postgres has left
        UUID phantom = UUID.randomUUID();
        replica.clickHouse.execute(
                """
                INSERT INTO %s (id, org_id, environment, session_id, type, occurred_at, payload, _version)
                VALUES ('%s', '%s', 'test', generateUUIDv4(), 'session.started', now64(6), '{}', bitShiftLeft(toUInt128(18446744073709551615), 64))
                """.formatted(replica.clickHouse.qualified("session_events_v1"), phantom, replica.org));
        replica.end();

        // When
        assertThatThrownBy(replica::begin).hasMessageContaining("made anew");
        replica.beginAnew();
        replica.restoreToTheEnd();

        // Then
        assertThat(replica.rows("SELECT 1 AS one FROM $session_events WHERE id = '%s'".formatted(phantom)))
                .isEmpty();
    }

    @Test
    void beginsAnewWhenClickHouseIsOlderThanWhatPostgresWasTold() {
        // Given
        replica.session("told");
        Lsn told = replica.logEnd();
        replica.drain();
        assertThat(replica.sink().record(told)).isEqualTo(told);
        replica.end();
        replica.begin(told);
        replica.session("later");
        Lsn later = replica.logEnd();
        replica.drain();
        assertThat(replica.sink().record(later)).isEqualTo(later);

        // When: it is as it was before, and the service runs on
        replica.clickHouse.execute("DELETE FROM %s WHERE position > toUInt64('%s')"
                .formatted(replica.clickHouse.qualified("positions"), Long.toUnsignedString(told.value())));
        replica.session("after");

        // Then
        assertThatThrownBy(() -> replica.sink().record(replica.logEnd())).hasMessageContaining("older");
        replica.end();
        assertThatThrownBy(() -> replica.begin(later)).hasMessageContaining("made anew");
        assertThat(replica.text("SELECT system_identifier FROM replication_state WHERE stream = 'tables'"))
                .isEmpty();
    }

    @Test
    void looksAtWhatItHasAlsoInTheMiddleOfARestore() {
        // Given: a restore that was broken off, with something that this history does not know
        replica.end();
        replica.beginAnew();
        replica.end();
        replica.clickHouse.execute(
                """
                INSERT INTO %s (id, org_id, environment, session_id, type, occurred_at, payload, _version)
                VALUES (generateUUIDv4(), '%s', 'test', generateUUIDv4(), 'session.started', now64(6), '{}', bitShiftLeft(toUInt128(18446744073709551615), 64))
                """.formatted(replica.clickHouse.qualified("session_events_v1_shadow"), replica.org));

        // Then
        assertThatThrownBy(replica::begin).hasMessageContaining("made anew");
    }

    @Test
    void doesNotGoOnWithTablesThatWereExchangedBehindItsBack() {
        // Given: a restore under way, whose tables somebody's late statement exchanges
        replica.end();
        replica.beginAnew();
        replica.clickHouse.execute("EXCHANGE TABLES %s AND %s"
                .formatted(
                        replica.clickHouse.qualified("sessions_v1"),
                        replica.clickHouse.qualified("sessions_v1_shadow")));

        // When: what comes now goes astray
        UUID lost = replica.session("astray");
        Replica.await("it is noticed", () -> {
            replica.drain();
            return replica.sink()
                    .trouble()
                    .filter(reason -> reason.contains("exchanged by another one"))
                    .isPresent();
        });

        // Then
        assertThat(replica.restored).isFalse();
        assertThatThrownBy(() -> replica.sink().recorded(replica.logEnd())).hasMessageContaining("nobody reads");
        replica.end();
        assertThatThrownBy(replica::begin).hasMessageContaining("made anew");
        replica.beginAnew();
        replica.restoreToTheEnd();
        assertThat(replica.rows("SELECT name FROM $sessions WHERE id = '%s'".formatted(lost)))
                .hasSize(1);
    }

    @Test
    void beginsAnewWhenALeaderThatWasDeposedHasMadeTheShadowOnceMore() {
        // Given: a restore under way, to whose shadow rows went already
        replica.end();
        UUID copied = replica.session("copied");
        replica.beginAnew();
        UUID streamed = replica.session("streamed");
        replica.send();
        String sessions = replica.clickHouse.qualified("sessions_v1");
        String shadow = replica.clickHouse.qualified("sessions_v1_shadow");
        String mark =
                replica.one("SELECT comment FROM system.tables WHERE database = '%s' AND name = 'sessions_v1_shadow'"
                        .formatted(replica.clickHouse.database()));

        // When
        replica.clickHouse.execute("DROP TABLE " + shadow + " SYNC");
        replica.clickHouse.execute("CREATE TABLE %s AS %s".formatted(shadow, sessions));
        replica.clickHouse.execute("ALTER TABLE %s MODIFY COMMENT '%s'".formatted(shadow, mark));
        Replica.await("it is written down", () -> {
            replica.drain();
            return replica.text("SELECT system_identifier FROM replication_state WHERE stream = 'tables'")
                    .isEmpty();
        });

        // Then
        assertThat(replica.restored).isFalse();
        replica.end();
        replica.beginAnew();
        replica.restoreToTheEnd();
        assertThat(replica.rows("SELECT name FROM $sessions WHERE id IN ('%s', '%s')".formatted(copied, streamed)))
                .hasSize(2);
    }

    @Test
    void stopsWhenDeletionsWouldNotMeetTheirRows() {
        // Given
        replica.execute("ALTER TABLE sessions REPLICA IDENTITY DEFAULT");
        try {
            // When: in the stream
            replica.session("told by its id alone");

            // Then
            assertThatThrownBy(replica::send)
                    .rootCause()
                    .hasMessageContaining("REPLICA IDENTITY USING INDEX sessions_list");

            // When: at a start
            replica.end();

            // Then
            assertThatThrownBy(replica::begin)
                    .isInstanceOf(StoppedException.class)
                    .hasMessageContaining("ALTER TABLE sessions REPLICA IDENTITY USING INDEX sessions_list");
        } finally {
            replica.execute("ALTER TABLE sessions REPLICA IDENTITY USING INDEX sessions_list");
        }
    }

    @Test
    void inheritsNothingThatItsOwnSlotBrings() {
        // Given: what a history had that was left since, and other transactions have its positions now
        replica.end();
        replica.beginAnew();
        replica.end();
        replica.execute("SELECT pg_switch_wal()");
        UUID phantom = UUID.randomUUID();
        replica.clickHouse.execute("""
                INSERT INTO %s (id, org_id, environment, session_id, type, occurred_at, payload, _version)
                VALUES ('%s', '%s', 'test', generateUUIDv4(), 'session.started', now64(6), '{}', toUInt128('%s'))
                """.formatted(
                        replica.clickHouse.qualified("session_events_v1"),
                        phantom,
                        replica.org,
                        new Version(new Lsn(replica.consistentPoint().value() + 1), 1).toUInt128()));

        // When
        replica.begin();
        replica.restoreToTheEnd();

        // Then
        assertThat(replica.rows("SELECT 1 AS one FROM $session_events WHERE id = '%s'".formatted(phantom)))
                .isEmpty();
    }

    @Test
    void inheritsADayOnce() {
        // Given
        UUID inherited = event("2026-01-02");
        replica.drain();
        replica.execute("DELETE FROM session_events WHERE id = '%s'".formatted(inherited));
        replica.drain();
        replica.end();

        // When: as after a crash that came later
        replica.beginAnew();
        replica.clickHouse.execute(
                """
                INSERT INTO %s (generation, table_name, cursor, step)
                SELECT concat(toString(uuid), '/', substring(comment, 12)), 'session_events inherited', '20260102', 100 FROM system.tables
                WHERE database = '%s' AND name = 'session_events_v1_shadow'
                """.formatted(replica.clickHouse.qualified("snapshot_progress"), replica.clickHouse.database()));
        replica.restoreToTheEnd();

        // Then: what was done is not done again
        assertThat(replica.rows("SELECT 1 AS one FROM $session_events WHERE id = '%s'".formatted(inherited)))
                .isEmpty();
    }

    @Test
    void doesNotTakeWhatWasCommittedSinceForWhatPostgresDoesNotKnow() {
        // Given: a leader that is just going stores what another one does not know of yet
        Lsn begun = replica.logEnd();
        UUID later = replica.session("later");
        replica.drain();
        replica.end();

        // When
        replica.begin(replica.consistentPoint(), begun);

        // Then
        assertThat(replica.rows("SELECT name FROM $sessions WHERE id = '%s'".formatted(later)))
                .hasSize(1);
    }

    @Test
    void tellsByAnIndexWhetherATableIsAhead() {
        replica.session("any");
        replica.drain();
        for (String table : List.of("sessions_v1", "turns_v1", "session_events_v1", "nodes_v1"))
            assertThat(replica.rows(
                            "SELECT name FROM system.data_skipping_indices WHERE database = '%s' AND table = '%s'"
                                    .formatted(replica.clickHouse.database(), table)))
                    .extracting(index -> index.get("name"))
                    .contains("version_range");
        assertThat(replica.rows("EXPLAIN indexes = 1 SELECT count() FROM $sessions_v1 WHERE _version >= toUInt128('%s')"
                        .formatted(new Version(replica.logEnd(), 0).toUInt128().shiftLeft(1))))
                .extracting(line -> String.valueOf(line.get("explain")).strip())
                .contains("Name: version_range")
                .anyMatch(line -> line.startsWith("Granules: 0/"));
    }

    @Test
    void hasWhatItAcknowledgesOnTheDisk() {
        List<Map<String, Object>> tables = replica.rows("""
                SELECT name, create_table_query LIKE '%%fsync_after_insert = 1%%' AS synced FROM system.tables
                WHERE database = '%s' AND engine LIKE '%%MergeTree' AND name != 'schema_history'
                """.formatted(replica.clickHouse.database()));
        assertThat(tables).hasSize(9).allSatisfy(table -> assertThat(String.valueOf(table.get("synced")))
                .isIn("1", "true"));
    }

    @Test
    void saysThatPositionsCannotBeRecordedWhileEverythingElseWorks() {
        // Given
        String positions = replica.clickHouse.qualified("positions");
        String elsewhere = replica.clickHouse.qualified("elsewhere");
        replica.clickHouse.execute("RENAME TABLE %s TO %s".formatted(positions, elsewhere));

        // When
        replica.session("stored");
        replica.drain();
        replica.sink().recorded(replica.logEnd());

        // Then
        Replica.await("it says so", () -> replica.sink()
                .trouble()
                .filter(reason -> reason.contains("the position cannot be recorded"))
                .isPresent());

        // When
        replica.clickHouse.execute("RENAME TABLE %s TO %s".formatted(elsewhere, positions));

        // Then
        Replica.await("it works again", () -> replica.sink().trouble().isEmpty());
    }

    private UUID event(String day) {
        UUID id = UUID.randomUUID();
        replica.execute("""
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                VALUES ('%s', '%s', 'test', gen_random_uuid(), 1, 'session.started', '%s', '{}', now())
                """.formatted(id, replica.org, day));
        return id;
    }
}
