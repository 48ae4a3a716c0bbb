package dev.turnkeep.session.channel;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.erase.SessionPart;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import jakarta.inject.Singleton;
import java.util.List;

/** The channels of an erased session go with it. Forks of them are copies, and stay. */
@Singleton
public class ErasedChannels implements SessionPart {
    /** In the order in which the appender locks them: nobody is writing to them now. */
    private static final String LOCK = """
        SELECT s.id, s.byte_count
        FROM streams s
        WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3
        ORDER BY s.id
        FOR UPDATE
        """;

    private static final List<String> DELETE =
            List.of("""
                DELETE FROM stream_records r USING streams s
                WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3 AND r.stream_id = s.id
                """, """
                DELETE FROM stream_producers p USING streams s
                WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3 AND p.stream_id = s.id
                """, "DELETE FROM streams s WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3");

    /** They cannot be reached from now on; the sweep removes them piece by piece, and remembers nothing. */
    private static final String DOOM = """
        UPDATE streams s SET
            deleted_at = coalesce(s.deleted_at, clock_timestamp()),
            erased_at = clock_timestamp(),
            emptied_at = NULL
        WHERE s.org_id = $1 AND s.environment = $2 AND s.session_id = $3
        """;

    /** As many bytes go in the transaction that erases the session. More would hold it for too long. */
    private static final long AT_ONCE = 4L * 1024 * 1024;

    @Override
    public void erase(Work work, Scope scope, SessionId session) {
        long bytes = work.rows(of(LOCK, scope, session)).stream()
                .mapToLong(row -> row.getLong("byte_count"))
                .sum();
        List<String> statements = bytes <= AT_ONCE ? DELETE : List.of(DOOM);
        statements.forEach(sql -> work.rows(of(sql, scope, session)));
    }

    private static Statement of(String sql, Scope scope, SessionId session) {
        return Statement.of(sql, scope.org().value(), scope.environment().value(), session.value());
    }
}
