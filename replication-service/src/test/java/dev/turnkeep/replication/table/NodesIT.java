package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What was said, in ClickHouse, for those who want it there. */
@WithLocalStack
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodesIT {
    private final Replica replica;

    NodesIT(TestSpace space) {
        replica = new Replica(space);
    }

    @BeforeEach
    void end() {
        replica.end();
        replica.execute("DELETE FROM nodes");
    }

    @AfterAll
    void close() throws Exception {
        replica.end();
        replica.dropSlot();
        replica.close();
    }

    @Test
    void showsWhatWasSaidAsItIsAndHidesWhatWasErased() {
        // Given
        replica.beginAndRestore();
        nodes("shown", 3, "");
        replica.drain();

        // When: an erasure gives one to another session, in its words, and removes another one
        replica.execute("""
                UPDATE nodes SET session_id = '00000000-0000-0000-0000-000000000000', content = '{"said":"otherwise"}'
                WHERE hash = sha256('shown 2')
                """);
        replica.execute("DELETE FROM nodes WHERE hash = sha256('shown 3')");
        replica.drain();

        // Then
        assertThat(inClickHouse()).isEqualTo(inPostgres()).hasSize(2);
        assertThat(replica.rows("SELECT role, content FROM $nodes WHERE content LIKE '%otherwise%'"))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("role", "user")
                        .containsEntry("content", "{\"said\":\"otherwise\"}"));
    }

    @Test
    void copiesMoreThanFitsIntoARangeInTheOrderOfAKeyOfSeveralColumns() {
        // Given: more rows than a range has, and more bytes
        nodes("copied", 120, "repeat(md5(n::text), 7000)");

        // When
        replica.beginAndRestore();
        replica.drain();

        // Then
        assertThat(inClickHouse()).isEqualTo(inPostgres()).hasSizeGreaterThanOrEqualTo(120);
    }

    @Test
    void forgetsWhatNobodyKeepsUpAndIsWholeWhenItIsWantedAgain() {
        // Given
        replica.beginAndRestore();
        nodes("wanted", 3, "");
        replica.drain();

        // When: nobody wants it any more
        replica.wantNodes(false);
        replica.begin();
        nodes("meanwhile", 2, "");

        // Then
        assertThat(replica.one("SELECT toString(count()) FROM $nodes_v1")).isEqualTo("0");

        // When: somebody does again, and what is there is no continuation
        replica.wantNodes(true);
        assertThatThrownBy(replica::begin).hasMessageContaining("made anew");
        replica.beginAnew();
        replica.restoreToTheEnd();
        replica.drain();

        // Then
        assertThat(inClickHouse()).isEqualTo(inPostgres()).hasSizeGreaterThanOrEqualTo(5);
    }

    @Test
    void hidesWhatIsErasedWhileTheTableIsMadeAnew() {
        // Given
        replica.beginAndRestore();
        nodes("erased", 4, "");
        replica.drain();
        replica.end();
        replica.dropSlot();

        // When: nobody sees this
        UUID erased = UUID.fromString(replica.text("SELECT session_id FROM nodes WHERE hash = sha256('erased 1')"));
        replica.execute("DELETE FROM nodes WHERE hash = sha256('erased 1')");
        replica.execute("""
                INSERT INTO erased_sessions (session_id, org_id, environment, harness_id, erased_at)
                VALUES ('%s', '%s', 'test', 'claude', now())
                """.formatted(erased, replica.org));
        replica.beginAnew();
        // And this comes with the slot, while the old table is read
        replica.execute("DELETE FROM nodes WHERE hash = sha256('erased 2')");
        replica.execute("UPDATE nodes SET content = '{\"said\":\"otherwise\"}' WHERE hash = sha256('erased 3')");
        replica.send();

        // Then
        assertThat(replica.restored).isFalse();
        assertThat(inClickHouse()).isEqualTo(inPostgres()).hasSize(2);

        // When
        replica.restoreToTheEnd();
        replica.drain();

        // Then: and what was written into both is no reason to do it again
        assertThat(inClickHouse()).isEqualTo(inPostgres()).hasSize(2);
        replica.end();
        replica.begin();
    }

    @Test
    void removesFromTheDiskWhatWasReplaced() {
        // Given
        replica.beginAndRestore();
        nodes("removed", 3, "");
        replica.drain();
        UUID erased = UUID.fromString(replica.text("SELECT session_id FROM nodes WHERE hash = sha256('removed 2')"));
        replica.execute("DELETE FROM nodes WHERE hash = sha256('removed 1')");
        replica.execute("""
                UPDATE nodes SET content = '{"said":"otherwise"}', session_id = gen_random_uuid() WHERE hash = sha256('removed 2')
                """);
        replica.execute("""
                INSERT INTO erased_sessions (session_id, org_id, environment, harness_id, erased_at)
                VALUES ('%s', '%s', 'test', 'claude', now())
                """.formatted(erased, replica.org));
        replica.drain();

        // When: it looks at everything
        replica.end();
        replica.begin();

        // Then
        Replica.await(
                "they are gone", () -> replica.one("""
                        SELECT toString(countIf(_is_deleted = 0)) FROM $nodes_v1 WHERE org_id = '%s'
                        """.formatted(replica.org)).equals("2"));
        assertThat(inClickHouse()).isEqualTo(inPostgres()).hasSize(2);
    }

    /** @param more in SQL, what else a node says */
    private void nodes(String name, int count, String more) {
        replica.execute("""
                INSERT INTO nodes (org_id, environment, hash, parent_hash, session_id, role, content, content_digest, created_at)
                SELECT '%1$s', 'test', sha256(('%2$s ' || n)::bytea),
                    CASE WHEN n > 1 THEN sha256(('%2$s ' || n - 1)::bytea) END, gen_random_uuid(), 'user',
                    json_build_object('said', n || %3$s), sha256(n::text::bytea), now()
                FROM generate_series(1, %4$d) n
                """.formatted(replica.org, name, more.isEmpty() ? "''" : more, count));
    }

    private List<String> inPostgres() {
        return replica.column("""
                SELECT concat_ws('|', environment, encode(hash, 'hex'), coalesce(encode(parent_hash, 'hex'), 'none'), session_id, role,
                    md5(content::text), to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
                FROM nodes ORDER BY encode(hash, 'hex') COLLATE "C"
                """);
    }

    private List<String> inClickHouse() {
        return replica.rows("""
                SELECT concatWithSeparator('|', environment, hash, ifNull(parent_hash, 'none'), toString(session_id), role,
                    lower(hex(MD5(content))), toString(created_at)) AS line
                FROM $nodes ORDER BY hash
                """).stream()
                .map(row -> String.valueOf(row.get("line")))
                .toList();
    }
}
