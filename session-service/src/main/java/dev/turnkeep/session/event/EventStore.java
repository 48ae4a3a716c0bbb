package dev.turnkeep.session.event;

import dev.turnkeep.contracts.lifecycle.SessionEvent;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The statements on {@code session_events}. */
public final class EventStore {
    private static final String INSERT = """
            INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at,
                                        traceparent)
            SELECT e.id, e.org_id, e.environment, e.session_id, e.epoch, e.type, e.occurred_at, e.payload::json, $9,
                   e.traceparent
            FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::integer[], $6::text[], $7::timestamptz[],
                        $8::text[], $10::text[])
                WITH ORDINALITY AS e (id, org_id, environment, session_id, epoch, type, occurred_at, payload, traceparent, n)
            ORDER BY e.n
            """;

    private EventStore() {}

    /** Appends events that no request has caused. */
    public static Future<Integer> insert(SqlConnection connection, List<SessionEvent> events, Instant now) {
        return insert(connection, events, new @Nullable String[events.size()], now);
    }

    /**
     * Appends events in their order. The primary key refuses to start or end an epoch twice.
     *
     * @param traceparents of what caused each event, where that is known
     */
    public static Future<Integer> insert(
            SqlConnection connection, List<SessionEvent> events, @Nullable String[] traceparents, Instant now) {
        if (events.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Tuple columns = Tuple.of(
                uuids(events, e -> e.id().value()),
                uuids(events, e -> e.session().scope().org().value()),
                texts(events, e -> e.session().scope().environment().value()),
                uuids(events, e -> e.session().id().value()),
                events.stream().map(e -> e.session().lifetime().epoch()).toArray(Integer[]::new),
                texts(events, e -> e.type().text()));
        columns.addValue(events.stream()
                .map(e -> e.occurredAt().atOffset(ZoneOffset.UTC))
                .toArray(OffsetDateTime[]::new));
        columns.addValue(texts(events, EventPayload::json));
        columns.addValue(now.atOffset(ZoneOffset.UTC));
        columns.addValue(traceparents);
        return connection.preparedQuery(INSERT).execute(columns).map(rows -> rows.rowCount());
    }

    private static UUID[] uuids(List<SessionEvent> events, Function<SessionEvent, UUID> column) {
        return events.stream().map(column).toArray(UUID[]::new);
    }

    private static String[] texts(List<SessionEvent> events, Function<SessionEvent, String> column) {
        return events.stream().map(column).toArray(String[]::new);
    }
}
