package dev.turnkeep.session.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement with its parameters. */
public record Statement(String sql, Tuple parameters) {
    public static Statement of(String sql, @Nullable Object... parameters) {
        return new Statement(sql, Tuple.from(parameters));
    }

    /** Sends it; the rows come later. */
    public Future<List<Row>> on(SqlConnection connection) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> rows.stream()
                .toList());
    }
}
