package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.id.TurnId;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns of erased sessions. They are looked for under the locks: an erasure holds the session's row and the bucket of its
 * name, so whoever finds the name without a session then finds the tombstone.
 */
final class Tombstones {
    private static final String ERASED = """
        SELECT k.turn_id
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::timestamptz[], $10::timestamptz[])
            AS k (turn_id, org_id, environment, session_id, harness_id, harness_session_id, external_id, actor_id,
                  received_at, event_at)
        WHERE EXISTS (
                SELECT FROM erased_sessions e WHERE e.session_id = k.session_id AND e.org_id = k.org_id)
           OR EXISTS (
                SELECT FROM erased_sessions e
                WHERE e.org_id = k.org_id AND e.environment = k.environment
                  AND e.harness_session_id = k.harness_session_id AND e.harness_id = k.harness_id
                  AND k.received_at <= e.erased_at)
           OR EXISTS (
                SELECT FROM erased_sessions e
                WHERE e.org_id = k.org_id AND e.environment = k.environment AND e.external_id = k.external_id
                  AND k.received_at <= e.erased_at)
           OR EXISTS (
                SELECT FROM erased_sessions e
                WHERE e.org_id = k.org_id AND e.environment = k.environment AND e.actor_id = k.actor_id
                  AND e.harness_id = k.harness_id AND e.harness_session_id IS NULL
                  AND k.received_at <= e.erased_at AND k.event_at BETWEEN e.covers_from AND e.covers_to)
        """;

    private Tombstones() {}

    /** Those of the turns that belong to an erased session. */
    static Future<Set<TurnId>> among(SqlConnection connection, List<PendingTurn> turns) {
        if (turns.isEmpty()) {
            return Future.succeededFuture(Set.of());
        }
        Columns<PendingTurn> columns = Columns.of(turns)
                .uuid(t -> t.id().value())
                .uuid(t -> t.scope().org().value())
                .text(t -> t.scope().environment().value())
                .uuid(t -> session(t.turn().address()))
                .text(t -> harness(t.turn().address()))
                .text(t -> harnessSession(t.turn().address()))
                .text(t -> external(t.turn().address()))
                .text(t -> actor(t.turn().address()))
                .time(t -> t.firstTimes().receivedAt())
                .time(t -> t.firstTimes().eventAt());
        return connection.preparedQuery(ERASED).execute(columns.tuple()).map(rows -> {
            Set<TurnId> erased = new HashSet<>();
            rows.forEach(row -> erased.add(new TurnId(row.getUUID("turn_id"))));
            return erased;
        });
    }

    private static @Nullable UUID session(TurnAddress address) {
        return address instanceof ById byId ? byId.session().value() : null;
    }

    private static @Nullable String harness(TurnAddress address) {
        return switch (address) {
            case SessionKey key -> key.harness().value();
            case ActorSlot slot -> slot.harness().value();
            case ById _, ByExternalId _ -> null;
        };
    }

    private static @Nullable String harnessSession(TurnAddress address) {
        return address instanceof SessionKey key ? key.harnessSession().value() : null;
    }

    private static @Nullable String external(TurnAddress address) {
        return address instanceof ByExternalId external ? external.external().value() : null;
    }

    private static @Nullable String actor(TurnAddress address) {
        return address instanceof ActorSlot slot ? slot.actor().value() : null;
    }
}
