package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.session.turn.NewContent.Chain;
import dev.turnkeep.session.turn.NewContent.Node;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The statements on {@code nodes}, {@code node_variants} and {@code blobs}. Rows are sent in the order of their hashes. */
final class ContentStore {
    /**
     * What a session is known to have sent: a node that it was the first to send, or the leaf of one of its turns. With
     * such a node it sent all that the node stands on.
     */
    private static final String KNOWN = """
            SELECT k.session_id, k.hash
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]) AS k (org_id, environment, session_id, hash)
            JOIN nodes n ON n.org_id = k.org_id AND n.environment = k.environment AND n.hash = k.hash
                AND n.session_id = k.session_id
            UNION
            SELECT k.session_id, k.hash
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]) AS k (org_id, environment, session_id, hash)
            JOIN turns t ON t.org_id = k.org_id AND t.environment = k.environment AND t.leaf_hash = k.hash
                AND t.session_id = k.session_id
            """;

    private static final String STORED_NODES = """
            SELECT n.org_id, n.environment, n.hash, n.session_id, n.content_digest
            FROM nodes n
            JOIN unnest($1::uuid[], $2::text[], $3::bytea[]) AS k (org_id, environment, hash)
                ON n.org_id = k.org_id AND n.environment = k.environment AND n.hash = k.hash
            ORDER BY n.hash, n.org_id, n.environment
            FOR KEY SHARE OF n
            """;

    private static final String INSERT_NODES = """
            INSERT INTO nodes (org_id, environment, hash, parent_hash, session_id, role, content, content_digest, created_at)
            SELECT n.org_id, n.environment, n.hash, n.parent_hash, n.session_id, n.role, n.content::json,
                   n.content_digest, n.created_at
            FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::uuid[], $6::text[], $7::text[], $8::bytea[],
                        $9::timestamptz[])
                AS n (org_id, environment, hash, parent_hash, session_id, role, content, content_digest, created_at)
            ON CONFLICT (org_id, environment, hash) DO NOTHING
            """;

    private static final String INSERT_VARIANTS = """
            INSERT INTO node_variants (org_id, environment, session_id, hash, content, created_at)
            SELECT v.org_id, v.environment, v.session_id, v.hash, v.content::json, v.created_at
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[], $5::text[], $6::timestamptz[])
                AS v (org_id, environment, session_id, hash, content, created_at)
            ON CONFLICT (session_id, hash) DO NOTHING
            """;

    private static final String STORED_BLOBS = """
            SELECT b.org_id, b.environment, b.digest AS hash
            FROM blobs b
            JOIN unnest($1::uuid[], $2::text[], $3::bytea[]) AS k (org_id, environment, digest)
                ON b.org_id = k.org_id AND b.environment = k.environment AND b.digest = k.digest
            ORDER BY b.digest, b.org_id, b.environment
            FOR KEY SHARE OF b
            """;

    private static final String INSERT_BLOBS = """
            INSERT INTO blobs (org_id, environment, digest, content, created_at)
            SELECT b.org_id, b.environment, b.digest, b.content::json, b.created_at
            FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::timestamptz[])
                AS b (org_id, environment, digest, content, created_at)
            ON CONFLICT (org_id, environment, digest) DO NOTHING
            """;

    private ContentStore() {}

    /** What is stored of a node: who sent it first, and what its content was. */
    record Stored(SessionId session, byte[] contentDigest) {}

    private record Link(Chain chain, String hash) {}

    /** Which of the chains' last {@code window} nodes (before {@code skip}) their sessions are known to have sent. */
    static Future<Map<SessionId, Set<String>>> known(
            SqlConnection connection, Collection<Chain> chains, int skip, int window) {
        List<Link> links = new ArrayList<>();
        for (Chain chain : chains) {
            var nodes = chain.turn().turn().nodes();
            int end = Math.max(0, nodes.size() - skip);
            for (int i = Math.max(0, end - window); i < end; i++) {
                links.add(new Link(chain, nodes.get(i).hash()));
            }
        }
        Columns<Link> columns = Columns.of(links)
                .uuid(l -> l.chain().turn().scope().org().value())
                .text(l -> l.chain().turn().scope().environment().value())
                .uuid(l -> l.chain().session().value())
                .bytes(l -> HexFormat.of().parseHex(l.hash()));
        return connection.preparedQuery(KNOWN).execute(columns.tuple()).map(rows -> {
            Map<SessionId, Set<String>> known = new HashMap<>();
            for (Row row : rows) {
                known.computeIfAbsent(new SessionId(row.getUUID("session_id")), s -> new HashSet<>())
                        .add(HexFormat.of().formatHex(row.getBuffer("hash").getBytes()));
            }
            return known;
        });
    }

    /** The nodes that are stored, held against deletion until the end of the transaction. */
    static Future<Map<Address, Stored>> storedNodes(SqlConnection connection, Collection<Address> addresses) {
        if (addresses.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        return connection
                .preparedQuery(STORED_NODES)
                .execute(addresses(addresses).tuple())
                .map(rows -> {
                    Map<Address, Stored> stored = new HashMap<>();
                    for (Row row : rows) {
                        SessionId session = new SessionId(row.getUUID("session_id"));
                        stored.put(
                                address(row),
                                new Stored(
                                        session, row.getBuffer("content_digest").getBytes()));
                    }
                    return stored;
                });
    }

    /** The blobs that are stored, held against deletion until the end of the transaction. */
    static Future<Set<Address>> storedBlobs(SqlConnection connection, Collection<Address> addresses) {
        if (addresses.isEmpty()) {
            return Future.succeededFuture(Set.of());
        }
        return connection
                .preparedQuery(STORED_BLOBS)
                .execute(addresses(addresses).tuple())
                .map(rows -> {
                    Set<Address> stored = new HashSet<>();
                    rows.forEach(row -> stored.add(address(row)));
                    return stored;
                });
    }

    /** Answers how many were inserted: fewer than sent when another transaction inserted some at this moment. */
    static Future<Integer> insertNodes(SqlConnection connection, List<Node> nodes, Instant now) {
        if (nodes.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Columns<Node> columns = Columns.of(nodes)
                .uuid(n -> n.address().scope().org().value())
                .text(n -> n.address().scope().environment().value())
                .bytes(n -> n.address().hash())
                .bytes(Node::parent)
                .uuid(n -> n.session().value())
                .text(Node::role)
                .text(n -> n.content().toString())
                .bytes(Node::contentDigest)
                .time(n -> now);
        return connection.preparedQuery(INSERT_NODES).execute(columns.tuple()).map(rows -> rows.rowCount());
    }

    static Future<Integer> insertVariants(SqlConnection connection, List<Node> variants, Instant now) {
        if (variants.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Columns<Node> columns = Columns.of(variants)
                .uuid(n -> n.address().scope().org().value())
                .text(n -> n.address().scope().environment().value())
                .uuid(n -> n.session().value())
                .bytes(n -> n.address().hash())
                .text(n -> n.content().toString())
                .time(n -> now);
        return connection
                .preparedQuery(INSERT_VARIANTS)
                .execute(columns.tuple())
                .map(rows -> rows.rowCount());
    }

    static Future<Integer> insertBlobs(SqlConnection connection, Map<Address, RawJson> blobs, Instant now) {
        if (blobs.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Columns<Map.Entry<Address, RawJson>> columns = Columns.of(List.copyOf(blobs.entrySet()))
                .uuid(b -> b.getKey().scope().org().value())
                .text(b -> b.getKey().scope().environment().value())
                .bytes(b -> b.getKey().hash())
                .text(b -> b.getValue().toString())
                .time(b -> now);
        return connection.preparedQuery(INSERT_BLOBS).execute(columns.tuple()).map(rows -> rows.rowCount());
    }

    private static Columns<Address> addresses(Collection<Address> addresses) {
        return Columns.of(List.copyOf(addresses))
                .uuid(a -> a.scope().org().value())
                .text(a -> a.scope().environment().value())
                .bytes(Address::hash);
    }

    private static Address address(Row row) {
        return new Address(SessionRows.scope(row), row.getBuffer("hash").getBytes());
    }
}
