package dev.turnkeep.session.channel.fork;

import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
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
            SELECT s.name, s.incarnation, s.first_seq, s.next_seq
            FROM streams s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3 AND s.deleted_at IS NULL
              AND s.hidden_at IS NULL AND (s.deadline IS NULL OR s.deadline > clock_timestamp())
            ORDER BY s.id
            """;

    /** The place after so many records that readers of data see. */
    private static final String AFTER = """
            SELECT coalesce((SELECT r.seq FROM stream_records r
                             WHERE r.stream_id = s.id AND r.kind IN (0, 1) AND r.seq >= s.first_seq
                             ORDER BY r.seq OFFSET $5 LIMIT 1), s.next_seq) AS seq,
                   (SELECT count(*) FROM stream_records r
                    WHERE r.stream_id = s.id AND r.kind IN (0, 1) AND r.seq >= s.first_seq) AS messages
            FROM streams s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3 AND s.name = $4 AND s.deleted_at IS NULL
            """;

    private ForkStore() {}

    record Channel(String name, long incarnation, long first, long next) {}

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

    static List<Channel> channels(Work work, Scope scope, SessionId session) {
        return work
                .rows(Statement.of(
                        CHANNELS, scope.org().value(), scope.environment().value(), session.value()))
                .stream()
                .map(row -> new Channel(
                        row.getString("name"),
                        row.getLong("incarnation"),
                        row.getLong("first_seq"),
                        row.getLong("next_seq")))
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
