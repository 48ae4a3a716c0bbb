package dev.turnkeep.localstack.clickhouse.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnkeep.localstack.clickhouse.engine.Call;
import dev.turnkeep.localstack.clickhouse.engine.ChdbConnection;
import dev.turnkeep.localstack.clickhouse.engine.ChdbEngine;
import dev.turnkeep.localstack.clickhouse.engine.ChdbResult;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Gives each request the connection that it is to run on: a new one, so that nothing of a request can be seen by
 * another, or its session's.
 */
final class Connections implements AutoCloseable {

    private static final String COMMENT = "log_comment";

    private final ChdbEngine engine;
    private final Sessions sessions;

    Connections(ChdbEngine engine) {
        this.engine = engine;
        this.sessions = new Sessions(engine::connection);
    }

    /** @throws dev.turnkeep.localstack.clickhouse.engine.ClickHouseException for settings or a database it refuses */
    Lease lease(QueryRequest request) {
        return request.session().isPresent()
                ? ofSession(request, request.session().get())
                : fresh(request);
    }

    @Override
    public void close() {
        sessions.close();
    }

    private Lease fresh(QueryRequest request) {
        ChdbConnection connection = engine.connection();
        try {
            connection.run(preparation(request));
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
        return new Lease(connection, connection::close);
    }

    private Lease ofSession(QueryRequest request, QueryRequest.SessionKey key) {
        Lease session = sessions.lease(key);
        ChdbConnection connection = session.connection();
        String restore = "";
        try {
            restore = restore(connection, request.settings());
            connection.run(preparation(request));
        } catch (RuntimeException e) {
            try {
                giveBack(session, restore);
            } catch (RuntimeException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
        String settings = restore;
        return new Lease(connection, () -> giveBack(session, settings));
    }

    private static void giveBack(Lease session, String restore) {
        try (session) {
            if (!restore.isEmpty()) session.connection().run(restore);
        }
    }

    /** The request's database and settings. Its id goes along as a comment: see {@code StatementParser}. */
    private static String preparation(QueryRequest request) {
        StringBuilder sql = new StringBuilder();
        if (!request.database().isEmpty())
            sql.append("USE ").append(Quoted.name(request.database())).append("; ");
        String comment = request.queryId() + "\n" + request.settings().getOrDefault(COMMENT, "");
        sql.append("SET ").append(COMMENT).append(" = ").append(Quoted.literal(comment));
        request.settings().forEach((name, value) -> {
            if (!name.equals(COMMENT))
                sql.append(", ").append(Quoted.name(name)).append(" = ").append(Quoted.literal(value));
        });
        // Not in a session, where nothing could take it back. There the statement itself is looked at.
        if (request.readOnly() > 0 && request.session().isEmpty())
            sql.append(", readonly = ").append(request.readOnly());
        return sql.toString();
    }

    /** What makes a session's settings again what they are now: a request's own hold for the request only. */
    private static String restore(ChdbConnection connection, Map<String, String> settings) {
        if (settings.isEmpty()) return "";
        String names = settings.keySet().stream().map(Quoted::literal).collect(Collectors.joining(", "));
        String sql = """
                SELECT arrayStringConcat(groupArray(concat('SET ', name, ' = ', if(changed,
                    concat('''', replaceAll(replaceAll(value, '\\\\', '\\\\\\\\'), '''', '\\\\'''), ''''), 'DEFAULT'))), '; ')
                FROM system.settings WHERE name IN (%s)""".formatted(names);
        try (ChdbResult result = connection.query(new Call(sql.getBytes(UTF_8), "TabSeparatedRaw", Map.of()))) {
            return new String(result.data().toArray(JAVA_BYTE), UTF_8).strip();
        }
    }
}
