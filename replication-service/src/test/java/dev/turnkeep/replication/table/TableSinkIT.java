package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.replication.stream.Requeued;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
        UUID id = replica.session("large");
        replica.execute("""
                UPDATE sessions SET metadata = (SELECT jsonb_build_object('x', string_agg(gen_random_uuid()::text, ''))
                    FROM generate_series(1, 3000)) WHERE id = '%s'
                """.formatted(id));
        replica.drain();
        String large = replica.text("SELECT metadata::text FROM sessions WHERE id = '%s'".formatted(id));

        // When
        replica.execute("UPDATE sessions SET name = 'renamed' WHERE id = '%s'".formatted(id));
        replica.drain();

        // Then
        assertThat(large).hasSizeGreaterThan(100_000);
        assertThat(shown(id, "concat(name, metadata)")).containsExactly("renamed" + large);
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
        assertThat(stored).noneMatch(CompletableFuture::isDone);
        replica.gate.open();
        stored.forEach(CompletableFuture::join);

        // Then
        assertThat(shown(id, "name")).containsExactly("patient");
        Replica.await("no trouble", () -> replica.sink().trouble().isEmpty());
        replica.drain();
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
        assertThat(replica.metrics.get("turnkeep.replication.table.quarantined").counters())
                .anySatisfy(counter -> assertThat(counter.count()).isEqualTo(2));
    }

    private List<String> shown(UUID session, String expression) {
        return replica.rows("SELECT %s AS shown FROM $sessions WHERE id = '%s'".formatted(expression, session)).stream()
                .map(Map::values)
                .map(values -> String.valueOf(values.iterator().next()))
                .toList();
    }
}
