package dev.turnkeep.session.erase;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.erase.Chains.Link;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removes what only one session's turns were made of. Rows are locked in the order of their hashes, as the turn transaction
 * holds them, and looked at again under the locks: a turn that stands on one either came before, and is seen, or comes
 * after, and finds it gone.
 */
final class ContentErasure {
    private static final String CHAINS = """
        WITH RECURSIVE chain (hash, parent_hash) AS (
            SELECT n.hash, n.parent_hash
            FROM nodes n
            WHERE n.org_id = $1 AND n.environment = $2 AND n.hash = ANY ($3::bytea[])
            UNION
            SELECT n.hash, n.parent_hash
            FROM chain c
            JOIN nodes n ON n.org_id = $1 AND n.environment = $2 AND n.hash = c.parent_hash
        )
        SELECT c.hash FROM chain c
        """;

    private static final String LOCK_NODES = """
        SELECT n.hash, n.parent_hash
        FROM nodes n
        WHERE n.org_id = $1 AND n.environment = $2 AND n.hash = ANY ($3::bytea[])
        ORDER BY n.hash
        FOR UPDATE
        """;

    private static final String HELD = """
        SELECT k.hash
        FROM unnest($3::bytea[]) AS k (hash)
        WHERE EXISTS (
                SELECT FROM turns t WHERE t.org_id = $1 AND t.environment = $2 AND t.leaf_hash = k.hash)
           OR EXISTS (
                SELECT FROM nodes c
                WHERE c.parent_hash = k.hash AND c.org_id = $1 AND c.environment = $2
                  AND c.hash <> ALL ($3::bytea[]))
        """;

    private static final String DELETE_NODES =
            "DELETE FROM nodes n WHERE n.org_id = $1 AND n.environment = $2 AND n.hash = ANY ($3::bytea[])";

    /** Of the nodes that stay and that this session sent first: those of which others sent other texts. */
    private static final String CONTESTED = """
        SELECT n.hash
        FROM nodes n
        WHERE n.org_id = $1 AND n.environment = $2 AND n.hash = ANY ($3::bytea[]) AND n.session_id = $4
          AND EXISTS (
            SELECT FROM node_variants v
            WHERE v.hash = n.hash AND v.org_id = $1 AND v.environment = $2 AND v.session_id <> $4)
        """;

    /** Somebody whose chain has the node and who has no other text of it: the text is theirs, too. */
    private static final String SHARED = """
        WITH RECURSIVE below (hash) AS (
            SELECT $3::bytea
            UNION ALL
            SELECT c.hash
            FROM below b
            JOIN nodes c ON c.parent_hash = b.hash AND c.org_id = $1 AND c.environment = $2
        )
        SELECT t.session_id
        FROM below b
        JOIN turns t ON t.org_id = $1 AND t.environment = $2 AND t.leaf_hash = b.hash
        WHERE NOT EXISTS (SELECT FROM node_variants v WHERE v.session_id = t.session_id AND v.hash = $3)
        LIMIT 1
        """;

    /** Nobody else has the text: the node goes on with the one that another session sent, which needs no row then. */
    private static final String TAKE_VARIANT = """
        WITH heir AS (
            DELETE FROM node_variants v
            WHERE (v.session_id, v.hash) IN (
                SELECT o.session_id, o.hash
                FROM node_variants o
                WHERE o.hash = $3 AND o.org_id = $1 AND o.environment = $2 AND o.session_id <> $4
                ORDER BY o.session_id
                LIMIT 1)
            RETURNING v.session_id, v.content
        )
        UPDATE nodes n SET
            session_id = h.session_id,
            content = h.content,
            content_digest = sha256(convert_to(h.content::text, 'UTF8'))
        FROM heir h
        WHERE n.org_id = $1 AND n.environment = $2 AND n.hash = $3
        """;

    /** What stays has been sent by others in the same words; that an erased session was the first is nobody's business. */
    private static final String DISOWN = """
        UPDATE nodes n SET session_id = '00000000-0000-0000-0000-000000000000'
        WHERE n.org_id = $1 AND n.environment = $2 AND n.hash = ANY ($3::bytea[]) AND n.session_id = $4
        """;

    private static final String NOTE_BLOBS = """
        INSERT INTO erased_blobs (org_id, environment, digest, noted_at, due_at)
        SELECT $1, $2, d.digest, clock_timestamp(), clock_timestamp()
        FROM unnest($3::bytea[]) AS d (digest)
        ORDER BY d.digest
        ON CONFLICT (org_id, environment, digest) DO UPDATE SET noted_at = excluded.noted_at, due_at = excluded.due_at
        """;

    private final Work work;
    private final Scope scope;
    private final SessionId session;

    ContentErasure(Work work, Scope scope, SessionId session) {
        this.work = work;
        this.scope = scope;
        this.session = session;
    }

    /**
     * To be called once the session's turns are gone.
     *
     * @param leaves that its turns ended at, in hex
     */
    void nodes(Collection<String> leaves) {
        List<String> hashes = hashes(work.rows(of(CHAINS, leaves)));
        List<Link> links = work.rows(of(LOCK_NODES, hashes)).stream()
                .map(row -> new Link(hex(row.getBuffer("hash")), hexOrNull(row)))
                .toList();
        Set<String> held = new HashSet<>(
                hashes(work.rows(of(HELD, links.stream().map(Link::hash).toList()))));
        Chains chains = Chains.of(links, held);
        work.rows(of(DELETE_NODES, chains.free()));
        for (String contested : hashes(work.rows(of(CONTESTED, chains.kept(), session.value())))) {
            Buffer node = Buffer.buffer(HexFormat.of().parseHex(contested));
            if (work.row(statement(SHARED, node)).isEmpty()) {
                work.rows(statement(TAKE_VARIANT, node, session.value()));
            }
        }
        work.rows(of(DISOWN, chains.kept(), session.value()));
    }

    /** @param digests in hex, that its turns named: {@link ErasedBlobs} looks at them when this transaction is over */
    void blobs(Collection<String> digests) {
        if (!digests.isEmpty()) {
            work.rows(of(NOTE_BLOBS, digests));
        }
    }

    private static @Nullable String hexOrNull(Row row) {
        Buffer parent = row.getBuffer("parent_hash");
        return parent == null ? null : hex(parent);
    }

    private static String hex(Buffer hash) {
        return HexFormat.of().formatHex(hash.getBytes());
    }

    private static List<String> hashes(List<Row> rows) {
        return rows.stream().map(row -> hex(row.getBuffer("hash"))).toList();
    }

    private Statement of(String sql, Collection<String> hashes, Object... more) {
        Object array = hashes.stream()
                .map(hash -> Buffer.buffer(HexFormat.of().parseHex(hash)))
                .toArray(Buffer[]::new);
        Tuple tuple = Tuple.of(scope.org().value(), scope.environment().value(), array);
        for (Object parameter : more) {
            tuple.addValue(parameter);
        }
        return new Statement(sql, tuple);
    }

    private Statement statement(String sql, Object... parameters) {
        Tuple tuple = Tuple.of(scope.org().value(), scope.environment().value());
        for (Object parameter : parameters) {
            tuple.addValue(parameter);
        }
        return new Statement(sql, tuple);
    }
}
