package dev.turnkeep.session.channel.fork;

import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.log.Offset;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements of a fork. */
final class ForkStore {
    /** Without the source's harness session id: turns under that go on in the source. */
    private static final String INSERT = """
            INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, external_id, parent_session_id, type,
                                  task_identifier, tags, metadata, trigger_config, state, created_at, updated_at)
            SELECT $4, $5, s.org_id, s.environment, s.harness_id, $6, s.id, s.type, s.task_identifier, s.tags, s.metadata,
                   s.trigger_config, 'created', $7, $7
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            ON CONFLICT DO NOTHING
            RETURNING id
            """;

    private static final String EXISTS = """
            SELECT s.id FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            """;

    private static final String CHANNELS = """
            SELECT s.name, s.incarnation, s.first_seq, s.next_seq, s.byte_count
            FROM streams s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3 AND s.deleted_at IS NULL
              AND s.hidden_at IS NULL AND (s.deadline IS NULL OR s.deadline > clock_timestamp())
            ORDER BY s.id
            """;

    private static final String REMEMBER = """
            INSERT INTO session_forks (session_id, org_id, environment, source_id, wish) VALUES ($4, $1, $2, $3, $5)
            """;

    /** The fork that the same request has made. */
    private static final String EARLIER = """
            SELECT s.id
            FROM sessions s
            JOIN session_forks f ON f.session_id = s.id
            WHERE s.org_id = $1 AND s.environment = $2 AND s.external_id = $4
              AND f.org_id = $1 AND f.environment = $2 AND f.source_id = $3 AND f.wish = $5
            """;

    /** Where the copies ended, whatever was written to them since. */
    private static final String COPIES = """
            SELECT s.name, s.incarnation, s.fork_seq
            FROM streams s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3 AND s.deleted_at IS NULL
              AND s.forked_address = $4::text || '/' || s.name
            ORDER BY s.forked_from
            """;

    private static final String SIZE = """
            SELECT coalesce(sum(8 + octet_length(r.body) + coalesce(octet_length(r.headers), 0)), 0)::bigint AS bytes
            FROM streams s
            JOIN stream_records r ON r.stream_id = s.id AND r.seq >= s.first_seq AND r.seq < $5
            WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3 AND s.name = $4 AND s.deleted_at IS NULL
            """;

    /** The place after so many records that readers of data see. */
    private static final String AFTER = """
            SELECT coalesce((SELECT r.seq FROM stream_records r
                             WHERE r.stream_id = s.id AND r.kind IN (0, 1, 4) AND r.seq >= s.first_seq
                             ORDER BY r.seq OFFSET $5 LIMIT 1), s.next_seq) AS seq,
                   (SELECT count(*) FROM stream_records r
                    WHERE r.stream_id = s.id AND r.kind IN (0, 1, 4) AND r.seq >= s.first_seq) AS messages
            FROM streams s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3 AND s.name = $4 AND s.deleted_at IS NULL
            """;

    private ForkStore() {}

    /** @param bytes that it holds, about */
    record Channel(String name, long incarnation, long first, long next, long bytes) {}

    static boolean exists(Work work, Scope scope, SessionId session) {
        return work.row(Statement.of(
                        EXISTS, scope.org().value(), scope.environment().value(), session.value()))
                .isPresent();
    }

    /** False when there is a session of that external id. */
    static boolean insert(
            Work work, Scope scope, SessionId source, SessionId fork, @Nullable ExternalId external, Instant now) {
        return work.row(Statement.of(
                        INSERT,
                        scope.org().value(),
                        scope.environment().value(),
                        source.value(),
                        fork.value(),
                        fork.friendly(),
                        external == null ? null : external.value(),
                        now.atOffset(ZoneOffset.UTC)))
                .isPresent();
    }

    static void remember(Work work, Scope scope, SessionId source, SessionId fork, String wish) {
        work.rows(Statement.of(
                REMEMBER, scope.org().value(), scope.environment().value(), source.value(), fork.value(), wish));
    }

    static Optional<SessionId> earlier(Work work, Scope scope, SessionId source, ExternalId external, String wish) {
        return work.row(Statement.of(
                        EARLIER,
                        scope.org().value(),
                        scope.environment().value(),
                        source.value(),
                        external.value(),
                        wish))
                .map(row -> new SessionId(row.getUUID("id")));
    }

    /** By channel, where a fork's copies ended. */
    static Map<String, Offset> copies(Work work, Scope scope, SessionId source, SessionId fork) {
        Map<String, Offset> ends = new LinkedHashMap<>();
        work.rows(Statement.of(
                        COPIES, scope.org().value(), scope.environment().value(), fork.value(), source.toString()))
                .forEach(row -> ends.put(
                        row.getString("name"), new Offset(row.getLong("incarnation"), row.getLong("fork_seq"))));
        return ends;
    }

    /** In bytes, how much of a channel there is before a place. */
    static long size(Work work, Scope scope, SessionId session, String channel, long end) {
        return work.row(Statement.of(
                        SIZE, scope.org().value(), scope.environment().value(), session.value(), channel, end))
                .orElseThrow()
                .getLong("bytes");
    }

    static List<Channel> channels(Work work, Scope scope, SessionId session) {
        return work
                .rows(Statement.of(
                        CHANNELS, scope.org().value(), scope.environment().value(), session.value()))
                .stream()
                .map(row -> new Channel(
                        row.getString("name"),
                        row.getLong("incarnation"),
                        row.getLong("first_seq"),
                        row.getLong("next_seq"),
                        row.getLong("byte_count")))
                .toList();
    }

    /** Empty when the channel has fewer messages. */
    static Optional<Long> after(Work work, Scope scope, SessionId session, String channel, long messages) {
        return work.row(Statement.of(
                        AFTER, scope.org().value(), scope.environment().value(), session.value(), channel, messages))
                .filter(row -> row.getLong("messages") >= messages)
                .map(row -> row.getLong("seq"));
    }
}
