package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.replication.stream.Requeued;
import dev.turnkeep.replication.stream.StoppedException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Rows on their way from a real slot into a real ClickHouse. */
@WithLocalStack
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableSinkIT {
    private final Replica replica;

    TableSinkIT(TestSpace space) {
        replica = new Replica(space);
        replica.beginAndRestore();
    }

    @AfterAll
    void close() throws Exception {
        replica.close();
    }

    @Test
    void showsARowWithEachOfItsValues() {
        // Given
        UUID id = replica.session("with 'quotes' and é".replace("'", "''"));

        // When
        replica.drain();

        // Then
        assertThat(replica.rows("""
                SELECT toString(org_id) AS org, environment, name, tags, metadata, toString(created_at) AS created, external_id,
                       turn_count, is_placeholder
                FROM $sessions WHERE id = '%s'
                """.formatted(id))).singleElement().satisfies(row -> {
            assertThat(row)
                    .containsEntry("org", replica.org.toString())
                    .containsEntry("environment", "test")
                    .containsEntry("name", "with 'quotes' and é")
                    .containsEntry("metadata", "{\"a\": 1}")
                    .containsEntry("created", "2026-03-04 05:06:07.000008")
                    .containsEntry("turn_count", 0L)
                    .containsEntry("is_placeholder", false)
                    .doesNotContainKey("external_id");
        });
        assertThat(replica.one("SELECT arrayStringConcat(tags, '|') FROM $sessions WHERE id = '%s'".formatted(id)))
                .isEqualTo("one|tw o");
    }

    @Test
    void showsASessionThatNeverExpires() {
        // Given
        UUID id = replica.session("never");
        long quarantined = quarantined();

        // When
        replica.execute("UPDATE sessions SET expires_at = '9999-12-31T23:59:59Z' WHERE id = '%s'".formatted(id));
        replica.drain();

        // Then
        assertThat(shown(id, "toString(expires_at)")).containsExactly("2299-12-31 23:59:59.999999");
        assertThat(quarantined()).isEqualTo(quarantined);
    }

    private long quarantined() {
        return Long.parseLong(replica.text("SELECT count(*) FROM replication_quarantine"));
    }

    @Test
    void showsUpdatesAndHidesWhatWasDeleted() {
        // Given
        UUID kept = replica.session("before");
        UUID gone = replica.session("gone");
        replica.drain();

        // When
        replica.execute("UPDATE sessions SET name = 'after', turn_count = 3 WHERE id = '%s'".formatted(kept));
        replica.execute("DELETE FROM sessions WHERE id = '%s'".formatted(gone));
        replica.drain();

        // Then
        assertThat(shown(kept, "concat(name, ' ', toString(turn_count))")).containsExactly("after 3");
        assertThat(shown(gone, "name")).isEmpty();
    }

    @Test
    void showsARowThatWasUpdatedTenThousandTimesOnce() {
        // Given
        UUID id = replica.session("often");

        // When
        replica.execute("""
                DO $$ BEGIN FOR i IN 1..10000 LOOP
                    UPDATE sessions SET turn_count = i, input_tokens = input_tokens + i WHERE id = '%s';
                    IF i %% 100 = 0 THEN COMMIT; END IF;
                END LOOP; END $$
                """.formatted(id));
        replica.drain();

        // Then
        assertThat(shown(id, "concat(toString(turn_count), ' ', toString(input_tokens))"))
                .containsExactly("10000 50005000");
    }

    @Test
    void endsRightWhenATransactionChangesARowSeveralTimes() {
        // Given
        UUID id = UUID.randomUUID();
        String insert = """
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                    created_at, updated_at)
                VALUES ('%1$s', 'session_%1$s', '%2$s', 'test', 'claude', 'agent', 'task', 'created', '%3$s', '2026-01-01',
                    now())
                """;

        // When
        replica.execute(
                "BEGIN; %s; UPDATE sessions SET name = 'b' WHERE id = '%s'; DELETE FROM sessions WHERE id = '%s'; %s; COMMIT"
                        .formatted(
                                insert.formatted(id, replica.org, "a"),
                                id,
                                id,
                                insert.formatted(id, replica.org, "again")));
        replica.drain();

        // Then
        assertThat(shown(id, "name")).containsExactly("again");
    }

    @Test
    void storesWhatComesAgainWithoutShowingItTwice() {
        // Given: stored, and the service dies before it acknowledges
        UUID id = replica.session("first");
        replica.execute("UPDATE sessions SET name = 'second' WHERE id = '%s'".formatted(id));
        replica.send();

        // When: the same comes again, cut otherwise, with something new behind it
        replica.end();
        replica.begin();
        replica.execute("UPDATE sessions SET name = 'third' WHERE id = '%s'".formatted(id));
        replica.send();
        replica.drain();

        // Then
        assertThat(shown(id, "name")).containsExactly("third");
    }

    @Test
    void keepsALargeValueThatAnUpdateLeftAlone() {
        // Given: too large for its row, and not to be compressed
        UUID id = large();
        String large = replica.text("SELECT metadata::text FROM sessions WHERE id = '%s'".formatted(id));

        // When
        replica.execute("UPDATE sessions SET name = 'renamed' WHERE id = '%s'".formatted(id));
        replica.drain();

        // Then
        assertThat(large).hasSizeGreaterThan(100_000);
        assertThat(shown(id, "concat(name, metadata)")).containsExactly("renamed" + large);
    }

    private UUID large() {
        UUID id = replica.session("large");
        replica.execute("""
                UPDATE sessions SET metadata = (SELECT jsonb_build_object('x', string_agg(gen_random_uuid()::text, ''))
                    FROM generate_series(1, 3000)) WHERE id = '%s'
                """.formatted(id));
        replica.drain();
        return id;
    }

    @Test
    void takesNoRowForADeletedOneThatAPolicyHides() {
        // Given
        UUID id = large();
        replica.execute("ALTER POLICY services ON sessions TO turnkeep_consumer, turnkeep_reaper");

        // When
        replica.execute("UPDATE sessions SET name = 'hidden' WHERE id = '%s'".formatted(id));

        // Then
        assertThat(replica.submit()).singleElement().satisfies(stored -> assertThatThrownBy(
                        () -> stored.get(1, TimeUnit.MINUTES))
                .hasCauseInstanceOf(StoppedException.class)
                .hasMessageContaining("does not see every row of sessions"));

        // When
        replica.execute("ALTER POLICY services ON sessions TO turnkeep_consumer, turnkeep_reaper, turnkeep_replicator");
        replica.drain();

        // Then
        assertThat(shown(id, "name")).containsExactly("hidden");
    }

    @Test
    void goesOnAfterAColumnWasRenamedWhileItsUpdatesWaited() {
        // Given: an update that leaves a large value of it alone
        UUID id = replica.session("in the way");
        replica.execute("""
                UPDATE sessions SET cwd = (SELECT string_agg(gen_random_uuid()::text, '') FROM generate_series(1, 3000))
                WHERE id = '%s'
                """.formatted(id));
        replica.drain();
        replica.execute("UPDATE sessions SET name = 'on its way' WHERE id = '%s'".formatted(id));

        // When
        replica.execute("ALTER TABLE sessions RENAME COLUMN cwd TO folder");
        replica.drain();
        replica.execute("ALTER TABLE sessions RENAME COLUMN folder TO cwd");

        // Then
        assertThat(shown(id, "name")).containsExactly("on its way");
    }

    @Test
    void leavesNoConnectionBehindWhenItCannotBegin() {
        // Given: a published column that ClickHouse lacks
        replica.end();
        String sessions = replica.clickHouse.qualified("sessions_v1");
        replica.clickHouse.execute("ALTER TABLE %s RENAME COLUMN cwd TO elsewhere".formatted(sessions));
        String connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
        int before = Integer.parseInt(replica.text(connections));

        // When
        for (int i = 0; i < 20; i++)
            assertThatThrownBy(replica::begin)
                    .isInstanceOf(StoppedException.class)
                    .hasMessageContaining("ADD COLUMN `cwd`");

        // Then
        Replica.await("they are closed", () -> Integer.parseInt(replica.text(connections)) <= before + 2);
        replica.clickHouse.execute("ALTER TABLE %s RENAME COLUMN elsewhere TO cwd".formatted(sessions));
        replica.begin();
    }

    @Test
    void keepsEventsThatPostgresForgets() {
        // Given
        UUID id = UUID.randomUUID();
        replica.execute("""
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                VALUES ('%s', '%s', 'test', '%s', 1, 'session.started', now(), '{"b":1, "a":2}', now())
                """.formatted(id, replica.org, UUID.randomUUID()));
        replica.drain();

        // When
        replica.execute("DELETE FROM session_events WHERE id = '%s'".formatted(id));
        replica.drain();

        // Then: and json is as it was written
        assertThat(replica.one("SELECT payload FROM $session_events WHERE id = '%s'".formatted(id)))
                .isEqualTo("{\"b\":1, \"a\":2}");
    }

    @Test
    void forgetsWhatTheEventsOfAnErasedSessionSaidAndNothingElse() {
        // Given
        UUID erased = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        String event = """
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                VALUES (gen_random_uuid(), '%s', 'test', '%s', 1, '%s', now(), '{}', now())
                """;
        replica.execute(event.formatted(replica.org, erased, "session.started"));
        replica.execute(event.formatted(replica.org, other, "session.started"));
        replica.drain();
        replica.execute("""
                INSERT INTO replication_quarantine
                    (stream, table_name, generation, commit_lsn, change_index, is_deleted, row_content, error)
                VALUES ('tables', 'turns', 'any', '0/1', 1, false, '[{"name":"session_id","hex":"%s"}]', 'any')
                """.formatted(erased.toString().replace("-", "")));

        // When: its rows go, too
        replica.execute("DELETE FROM session_events WHERE session_id = '%s'".formatted(erased));
        replica.execute(event.formatted(replica.org, erased, "session.deleted"));
        replica.drain();

        // Then
        assertThat(eventsOf(erased)).containsExactly("session.deleted");
        assertThat(eventsOf(other)).containsExactly("session.started");
        assertThat(replica.text("SELECT count(*) FROM replication_quarantine WHERE generation = 'any'"))
                .isEqualTo("0");
    }

    @Test
    void showsNothingOfAnErasedSessionThatComesLate() {
        // Given: the tables that are read know of the erasure by its event alone, as while others are made anew
        UUID erased = replica.session("erased");
        String event = """
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                VALUES (gen_random_uuid(), '%s', 'test', '%s', 1, '%s', now(), '{}', now())
                """;
        replica.execute(event.formatted(replica.org, erased, "session.started"));
        replica.drain();
        String events = replica.clickHouse.qualified("session_events_v1");
        String shadow = replica.clickHouse.qualified("session_events_v1_shadow");
        String held = replica.clickHouse.qualified("held");
        replica.clickHouse.execute("CREATE TABLE %s AS %s".formatted(shadow, events));
        replica.clickHouse.execute("CREATE TABLE %s AS %s".formatted(held, events));
        String copy = "INSERT INTO %s SELECT * FROM %s WHERE session_id = '" + erased + "'";
        replica.clickHouse.execute(copy.formatted(held, events));
        replica.execute(event.formatted(replica.org, erased, "session.deleted"));
        replica.drain();
        assertThat(eventsOf(erased)).containsExactly("session.deleted");
        assertThat(shown(erased, "name")).isEmpty();
        Replica.await("nothing is left", () -> left("session_events_v1", erased) == 0);

        // When: what a copy had in its hands
        replica.clickHouse.execute(copy.formatted(events, held));
        replica.clickHouse.execute(copy.formatted(shadow, held));

        // Then
        assertThat(eventsOf(erased)).containsExactly("session.deleted");
        Replica.await("nothing is left", () -> left("session_events_v1", erased) == 0);
        Replica.await("nor in the shadow", () -> left("session_events_v1_shadow", erased) == 0);
        Replica.await("nor of the session itself", () -> replica.one(
                        "SELECT toString(count()) FROM $sessions_v1 WHERE id = '%s'".formatted(erased))
                .equals("0"));
        replica.clickHouse.execute("DROP TABLE " + shadow + " SYNC");
        replica.clickHouse.execute("DROP TABLE " + held + " SYNC");
    }

    @Test
    void learnsAtAStartWhatItDoesNotKnowAsErased() {
        // Given: as after a power failure, which the list did not survive
        UUID erased = UUID.randomUUID();
        replica.execute("""
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                VALUES (gen_random_uuid(), '%s', 'test', '%s', 1, 'session.started', now(), '{}', now())
                """.formatted(replica.org, erased));
        replica.drain();
        replica.execute("""
                INSERT INTO erased_sessions (session_id, org_id, environment, harness_id, erased_at)
                VALUES ('%s', '%s', 'test', 'claude', now())
                """.formatted(erased, replica.org));
        assertThat(eventsOf(erased)).containsExactly("session.started");

        // When
        replica.end();
        replica.begin();

        // Then
        Replica.await("it is hidden", () -> eventsOf(erased).isEmpty());
    }

    @Test
    void tellsForHowLongNothingCouldBeRemoved() {
        // Given
        UUID erased = replica.session("stays on the disk");
        replica.drain();
        String sessions = replica.clickHouse.qualified("sessions_v1");
        replica.clickHouse.execute("SYSTEM STOP MERGES " + sessions);

        // When
        replica.execute("""
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                VALUES (gen_random_uuid(), '%s', 'test', '%s', 1, 'session.deleted', now(), '{}', now())
                """.formatted(replica.org, erased));
        replica.drain();

        // Then
        Replica.await("it is held up", () -> stuck() > 2);
        assertThat(shown(erased, "name")).isEmpty();

        // When
        replica.clickHouse.execute("SYSTEM START MERGES " + sessions);

        // Then
        Replica.await("it goes on", () -> stuck() < 2);
        Replica.await("nothing is left", () -> replica.one(
                        "SELECT toString(count()) FROM $sessions_v1 WHERE id = '%s'".formatted(erased))
                .equals("0"));
    }

    private double stuck() {
        return replica.metrics
                .get("turnkeep.replication.erasure.stuck.seconds")
                .gauge()
                .value();
    }

    private int left(String table, UUID session) {
        return Integer.parseInt(
                replica.one("SELECT toString(count()) FROM $%s WHERE session_id = '%s' AND type != 'session.deleted'"
                        .formatted(table, session)));
    }

    @Test
    void keepsNothingOfAnErasedSessionInQuarantineThatCameThereLate() {
        // Given
        UUID erased = UUID.randomUUID();
        replica.execute("""
                INSERT INTO erased_sessions (session_id, org_id, environment, harness_id, erased_at)
                VALUES ('%s', '%s', 'test', 'claude', now())
                """.formatted(erased, replica.org));
        replica.execute("""
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                VALUES (gen_random_uuid(), '%s', 'test', '%s', 1, 'session.deleted', now(), '{}', now())
                """.formatted(replica.org, erased));
        replica.drain();

        // When
        String hex = erased.toString().replace("-", "");
        replica.execute("""
                INSERT INTO replication_quarantine
                    (stream, table_name, generation, commit_lsn, change_index, is_deleted, row_content, error)
                VALUES ('tables', 'turns', 'late', '0/1', 1, false, '[{"name":"session_id","hex":"%1$s"}]', 'any'),
                    ('tables', 'session_events', 'late', '0/1', 2, false, '[{"name":"session_id","hex":"%1$s"},
                        {"name":"type","hex":"73657373696f6e2e64656c65746564"}]', 'any')
                """.formatted(hex));

        // Then: the news of its deletion stays
        Replica.await("it is forgotten", () -> replica.column(
                        "SELECT table_name FROM replication_quarantine WHERE generation = 'late'")
                .equals(List.of("session_events")));
        replica.execute("DELETE FROM replication_quarantine WHERE generation = 'late'");
    }

    private List<String> eventsOf(UUID session) {
        return replica.rows("SELECT type FROM $session_events WHERE session_id = '%s'".formatted(session)).stream()
                .map(row -> String.valueOf(row.get("type")))
                .toList();
    }

    @Test
    void waitsForAClickHouseThatIsDown() {
        // Given
        replica.gate.shut();
        UUID id = replica.session("patient");

        // When
        List<CompletableFuture<Void>> stored = replica.submit();
        Replica.await("trouble", () -> replica.sink().trouble().isPresent());
        assertThat(replica.sink().trouble().orElseThrow()).containsPattern("ClickHouse does not answer: \\w+");
        assertThat(stored).noneMatch(CompletableFuture::isDone);
        replica.gate.open();
        stored.forEach(CompletableFuture::join);

        // Then
        assertThat(shown(id, "name")).containsExactly("patient");
        Replica.await("no trouble", () -> replica.sink().trouble().isEmpty());
        replica.drain();
    }

    @Test
    void storesWhatHasPiledUpTogether() {
        // Given
        replica.drain();
        replica.gate.shut();
        List<CompletableFuture<Void>> stored = new java.util.ArrayList<>();
        for (int i = 0; i < 20; i++) {
            replica.session("piled up");
            stored.addAll(replica.submit());
        }
        long before = stores();

        // When
        replica.gate.open();
        stored.forEach(CompletableFuture::join);

        // Then: the one that waited for ClickHouse, and all the others
        assertThat(stored).hasSize(20);
        assertThat(stores() - before).isLessThanOrEqualTo(2);
        assertThat(replica.one("SELECT toString(count()) FROM $sessions WHERE name = 'piled up'"))
                .isEqualTo("20");
        replica.drain();
    }

    private long stores() {
        return replica.metrics
                .get("turnkeep.replication.table.batch.rows")
                .tag("table", "sessions")
                .summary()
                .count();
    }

    @Test
    void saysThatClickHouseIsDownAlsoWhenNothingWaitsForIt() {
        replica.drain();
        replica.gate.shut();
        Replica.await("trouble", () -> replica.sink().trouble().isPresent());
        replica.gate.open();
        Replica.await("no trouble", () -> replica.sink().trouble().isEmpty());
    }

    @Test
    void quarantinesOnlyTheRowsThatClickHouseRefuses() {
        // Given
        replica.clickHouse.execute("ALTER TABLE %s ADD CONSTRAINT harmless CHECK coalesce(name, '') != 'poison'"
                .formatted(replica.clickHouse.qualified("sessions_v1")));
        List<UUID> healthy = new java.util.ArrayList<>();
        for (int i = 0; i < 20; i++) healthy.add(replica.session("healthy"));
        UUID poison = replica.session("poison");
        UUID overtaken = replica.session("poison");
        double before = putAside();

        // When
        replica.drain();

        // Then
        assertThat(healthy).allSatisfy(id -> assertThat(shown(id, "name")).containsExactly("healthy"));
        assertThat(shown(poison, "name")).isEmpty();
        assertThat(replica.text("SELECT count(*) FROM replication_quarantine WHERE error LIKE '%469%'"))
                .isEqualTo("2");
        assertThat(replica.sink().requeue()).isEqualTo(new Requeued(0, 2, 0));

        // When: the fault is mended, and one of them has changed meanwhile
        replica.clickHouse.execute(
                "ALTER TABLE %s DROP CONSTRAINT harmless".formatted(replica.clickHouse.qualified("sessions_v1")));
        replica.execute("UPDATE sessions SET name = 'newer' WHERE id = '%s'".formatted(overtaken));
        replica.drain();

        // Then: it goes back with its own version
        assertThat(replica.sink().requeue()).isEqualTo(new Requeued(2, 0, 0));
        assertThat(shown(poison, "name")).containsExactly("poison");
        assertThat(shown(overtaken, "name")).containsExactly("newer");
        assertThat(replica.text("SELECT count(*) FROM replication_quarantine")).isEqualTo("0");
        assertThat(putAside() - before).isEqualTo(2);
    }

    private double putAside() {
        return replica.metrics
                .get("turnkeep.replication.table.quarantined")
                .tag("table", "sessions")
                .counter()
                .count();
    }

    @Test
    void waitsLoudlyOnceTheQuarantineIsFull() {
        // Given
        String sessions = replica.clickHouse.qualified("sessions_v1");
        replica.execute("""
                INSERT INTO replication_quarantine
                    (stream, table_name, generation, commit_lsn, change_index, is_deleted, row_content, error)
                SELECT 'tables', 'sessions', 'full', '0/1', n, false, '[]', 'any' FROM generate_series(1, 50) n
                """);
        replica.clickHouse.execute(
                "ALTER TABLE %s ADD CONSTRAINT harmless CHECK coalesce(name, '') != 'poison'".formatted(sessions));
        UUID poison = replica.session("poison");

        // When
        List<CompletableFuture<Void>> stored = replica.submit();

        // Then
        Replica.await("it says so", () -> replica.sink()
                .trouble()
                .filter(reason -> reason.contains("the quarantine is full (50 rows)"))
                .isPresent());
        assertThat(stored).noneMatch(CompletableFuture::isDone);

        // When: an operator has looked at it
        replica.execute("DELETE FROM replication_quarantine WHERE generation = 'full'");
        stored.forEach(CompletableFuture::join);

        // Then
        replica.clickHouse.execute("ALTER TABLE %s DROP CONSTRAINT harmless".formatted(sessions));
        assertThat(replica.sink().requeue()).isEqualTo(new Requeued(1, 0, 0));
        assertThat(shown(poison, "name")).containsExactly("poison");
        replica.drain();
    }

    private List<String> shown(UUID session, String expression) {
        return replica.rows("SELECT %s AS shown FROM $sessions WHERE id = '%s'".formatted(expression, session)).stream()
                .map(Map::values)
                .map(values -> String.valueOf(values.iterator().next()))
                .toList();
    }
}
