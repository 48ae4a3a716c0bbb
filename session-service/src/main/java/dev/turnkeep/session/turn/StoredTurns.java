package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.derive.Derivation;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.turn.UsagePartsJson;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements on turns that are stored already. Bounded, each of them: they walk an index and stop. */
final class StoredTurns {
    /** Where a walk through all turns stands: after this turn of this session. */
    record Place(SessionId session, long seq) {
        /** After every turn; of as many digits as a cursor has. */
        private static final long LAST = 999_999_999_999_999_999L;

        static Place after(SessionId session) {
            return new Place(session, LAST);
        }

        boolean isAfterAll() {
            return seq == LAST;
        }
    }

    /** A turn that a walk came by, and whether it is one of those that were looked for. */
    record Seen(Place place, boolean wanted) {}

    /** A session that a walk came by: whether any of its turns may be looked for, and how many it has. */
    record Passed(SessionId session, boolean wanted, long turns) {}

    /**
     * All turns of a session but the late ones happened from its start to its last event: few sessions are looked into, and
     * where they are stored is known.
     */
    private static final String PASS_ALL = """
            SELECT w.id, w.wanted, w.turn_count
            FROM (
                SELECT s.id, s.turn_count,
                       s.turn_count > 0
                       AND (s.late_turn_count > 0 OR s.started_at < $4 AND s.last_event_at >= $3) AS wanted
                FROM sessions s
                WHERE s.id >= $1
                ORDER BY s.id
                LIMIT $2
            ) w
            ORDER BY w.id
            """;

    static final String PASS_OF_ORG = """
            SELECT w.id, w.wanted, w.turn_count
            FROM (
                SELECT s.id, s.turn_count,
                       s.turn_count > 0
                       AND (s.late_turn_count > 0 OR s.started_at < $4 AND s.last_event_at >= $3) AS wanted
                FROM sessions s
                WHERE s.org_id = $5 AND s.id >= $1
                ORDER BY s.org_id, s.id
                LIMIT $2
            ) w
            ORDER BY w.id
            """;

    static final String WALK = """
            SELECT w.session_id, w.seq, w.wanted
            FROM unnest($1::uuid[], $2::bigint[]) AS k (session_id, after)
            CROSS JOIN LATERAL (
                SELECT t.session_id, t.seq,
                       t.event_at >= $4 AND t.event_at < $5 AND t.cost_source <> 'reported'
                       AND (NOT $6 OR coalesce(t.cost_source = 'priced'
                           AND (t.input_tokens = 0 AND t.output_tokens = 0
                               OR (t.stop_kind = 'incomplete' OR t.stop_kind = 'error' AND t.stop_reason = 'error')
                                   AND t.price_ref !~ '~|^override@'), false))
                       AS wanted
                FROM turns t
                WHERE t.session_id = k.session_id AND t.seq > k.after
                ORDER BY t.seq
                LIMIT $3
            ) w
            ORDER BY w.session_id, w.seq
            LIMIT $3
            """;

    private static final String READ = """
            SELECT %s
            FROM unnest($1::uuid[], $2::bigint[]) AS k (session_id, seq)
            JOIN turns t ON t.session_id = k.session_id AND t.seq = k.seq
            ORDER BY t.session_id, t.seq
            """.formatted(StoredTurn.COLUMNS);

    /** A response that may be a title comes with its words; others stay where they are. */
    private static final String OF_SESSION = """
            SELECT %s,
                   CASE WHEN t.tools_digest IS NULL AND octet_length(coalesce(v.content, n.content)::text) <= 2048
                        THEN coalesce(v.content, n.content)::text END AS words
            FROM turns t
            LEFT JOIN nodes n ON n.org_id = t.org_id AND n.environment = t.environment AND n.hash = t.leaf_hash
                AND t.tools_digest IS NULL
            LEFT JOIN node_variants v ON v.session_id = t.session_id AND v.hash = t.leaf_hash
                AND t.tools_digest IS NULL
            WHERE t.session_id = $1 AND t.seq > $2
            ORDER BY t.seq
            LIMIT $3
            """.formatted(StoredTurn.COLUMNS);

    private static final String PROMPTS = """
            WITH RECURSIVE chain (hash, parent_hash, role, depth) AS (
                SELECT n.hash, n.parent_hash, n.role, 1
                FROM nodes n
                WHERE n.org_id = $1 AND n.environment = $2 AND n.hash = $4
                UNION ALL
                SELECT n.hash, n.parent_hash, n.role, c.depth + 1
                FROM chain c
                JOIN nodes n ON n.org_id = $1 AND n.environment = $2 AND n.hash = c.parent_hash
                WHERE c.depth < 10000
            )
            SELECT coalesce(v.content, n.content)::text AS content
            FROM chain c
            JOIN nodes n ON n.org_id = $1 AND n.environment = $2 AND n.hash = c.hash
            LEFT JOIN node_variants v ON v.session_id = $3 AND v.hash = c.hash
            WHERE c.role = 'user'
            ORDER BY c.depth DESC
            LIMIT 100
            """;

    private static final String REPRICE = """
            UPDATE turns t SET
                cost_nano_usd = n.cost_nano_usd,
                cost_source = n.cost_source,
                price_ref = n.price_ref,
                usage_partial = t.usage_partial OR n.usage_partial,
                usage_parts = coalesce(t.usage_parts, n.usage_parts::json),
                service_tier = coalesce(t.service_tier, n.service_tier)
            FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[])
                AS n (turn_id, org_id, cost_nano_usd, cost_source, price_ref, usage_partial, usage_parts, service_tier)
            WHERE t.turn_id = n.turn_id AND t.org_id = n.org_id
            """;

    /** Turns as they were read, of whose usage no more is stored than its counts. */
    private static final String COUNTED_ONLY = """
            SELECT t.turn_id, t.session_id, t.seq
            FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS k (turn_id, org_id, payload_digest)
            JOIN turns t ON t.turn_id = k.turn_id AND t.org_id = k.org_id AND t.payload_digest = k.payload_digest
            WHERE NOT t.usage_partial AND t.usage_parts IS NULL AND t.service_tier IS NULL
            """;

    private static final String NEXT_SESSIONS = """
            SELECT s.id
            FROM sessions s
            WHERE s.id > $1 AND NOT s.is_placeholder
            ORDER BY s.id
            LIMIT $2
            """;

    private static final String NEXT_SESSIONS_OF_ORG = """
            SELECT s.id
            FROM sessions s
            WHERE s.org_id = $3 AND s.id > $1 AND NOT s.is_placeholder
            ORDER BY s.org_id, s.id
            LIMIT $2
            """;

    private StoredTurns() {}

    /** The sessions from one on, itself included, in the order of their ids, whether they are wanted or not. */
    static Future<List<Passed>> pass(
            SqlClient client, SessionId first, int most, Instant from, Instant until, @Nullable OrgId org) {
        Tuple of = Tuple.of(first.value(), most, from.atOffset(ZoneOffset.UTC), until.atOffset(ZoneOffset.UTC));
        return client.preparedQuery(org == null ? PASS_ALL : PASS_OF_ORG)
                .execute(org == null ? of : of.addUUID(org.value()))
                .map(rows -> rows.stream()
                        .map(row -> new Passed(
                                new SessionId(row.getUUID("id")), row.getBoolean("wanted"), row.getLong("turn_count")))
                        .toList());
    }

    /**
     * The turns of sessions, whether they are wanted or not, in the order of the index.
     *
     * @param after of each session, the turn to go on after
     * @param untold only those are wanted that were priced although their usage was not told, or not in full
     */
    static Future<List<Seen>> walk(
            SqlClient client, List<Place> after, int most, Instant from, Instant until, boolean untold) {
        Columns<Place> columns =
                Columns.of(after).uuid(p -> p.session().value()).bigint(Place::seq);
        return client.preparedQuery(WALK)
                .execute(columns.tuple()
                        .addInteger(most)
                        .addOffsetDateTime(from.atOffset(ZoneOffset.UTC))
                        .addOffsetDateTime(until.atOffset(ZoneOffset.UTC))
                        .addBoolean(untold))
                .map(rows -> rows.stream()
                        .map(row -> new Seen(
                                new Place(new SessionId(row.getUUID("session_id")), row.getLong("seq")),
                                row.getBoolean("wanted")))
                        .toList());
    }

    static Future<List<StoredTurn>> read(SqlClient client, List<Place> places) {
        Columns<Place> columns =
                Columns.of(places).uuid(p -> p.session().value()).bigint(Place::seq);
        return client.preparedQuery(READ)
                .execute(columns.tuple())
                .map(rows -> rows.stream().map(row -> StoredTurn.of(row, null)).toList());
    }

    /** Where those of these turns stand that are stored with the same payload, and nothing of their usage but its counts. */
    static Future<Map<TurnId, Place>> countedOnly(SqlClient client, List<PendingTurn> turns) {
        Columns<PendingTurn> columns = Columns.of(turns)
                .uuid(t -> t.id().value())
                .uuid(t -> t.scope().org().value())
                .bytes(t -> t.payloadDigest());
        return client.preparedQuery(COUNTED_ONLY).execute(columns.tuple()).map(rows -> {
            Map<TurnId, Place> places = new HashMap<>();
            for (Row row : rows) {
                places.put(
                        new TurnId(row.getUUID("turn_id")),
                        new Place(new SessionId(row.getUUID("session_id")), row.getLong("seq")));
            }
            return places;
        });
    }

    /** A session's turns in the order of their arrival. */
    static Future<List<StoredTurn>> ofSession(SqlClient client, SessionId session, long afterSeq, int most) {
        return client.preparedQuery(OF_SESSION)
                .execute(Tuple.of(session.value(), afterSeq, most))
                .map(rows -> rows.stream()
                        .map(row -> StoredTurn.of(row, title(row.getString("words"))))
                        .toList());
    }

    private static @Nullable String title(@Nullable String words) {
        return words == null ? null : Derivation.titleIn(RawJson.of(words));
    }

    /** What the user said first in the chain of a turn, cut to a title; empty when nobody said a word. */
    static Future<Optional<String>> prompt(SqlClient client, StoredTurn turn) {
        Tuple of = Tuple.of(
                turn.scope().org().value(),
                turn.scope().environment().value(),
                turn.session().value(),
                Buffer.buffer(turn.leaf()));
        return client.preparedQuery(PROMPTS).execute(of).map(rows -> {
            for (Row row : rows) {
                String prompt = Derivation.promptIn(RawJson.of(row.getString("content")));
                if (prompt != null) {
                    return Optional.of(prompt);
                }
            }
            return Optional.empty();
        });
    }

    /** Writes what turns cost, and what is known of their usage; what is stored of it stays. */
    static Future<Integer> reprice(SqlClient client, Map<StoredTurn, Charge> charges) {
        Columns<Map.Entry<StoredTurn, Charge>> columns = Columns.of(new ArrayList<>(charges.entrySet()))
                .uuid(e -> e.getKey().id().value())
                .uuid(e -> e.getKey().scope().org().value())
                .bigint(e -> e.getValue().nanoUsd())
                .text(e -> e.getValue().source().text())
                .text(e -> e.getValue().ref())
                .bool(e -> e.getKey().usage().partial())
                .text(e -> UsagePartsJson.write(e.getKey().usage().parts()))
                .text(e -> e.getKey().usage().serviceTier());
        return client.preparedQuery(REPRICE).execute(columns.tuple()).map(rows -> rows.rowCount());
    }

    /** Sessions after an id, in the order of their ids. */
    static Future<List<SessionId>> sessions(SqlClient client, SessionId after, @Nullable OrgId org, int most) {
        Tuple of = Tuple.of(after.value(), most);
        return client.preparedQuery(org == null ? NEXT_SESSIONS : NEXT_SESSIONS_OF_ORG)
                .execute(org == null ? of : of.addUUID(org.value()))
                .map(rows -> rows.stream()
                        .map(row -> new SessionId(row.getUUID("id")))
                        .toList());
    }
}
