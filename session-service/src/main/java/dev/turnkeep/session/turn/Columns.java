package dev.turnkeep.session.turn;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rows turned into the columns of a set-based statement: {@code unnest($1::uuid[], $2::text[] ...)} takes one array a
 * column, in the order in which they are added here.
 */
final class Columns<R> {
    private final List<R> rows;
    private final List<Object> arrays = new ArrayList<>();

    private Columns(List<R> rows) {
        this.rows = rows;
    }

    static <R> Columns<R> of(List<R> rows) {
        return new Columns<>(rows);
    }

    Columns<R> uuid(Function<R, @Nullable UUID> column) {
        return add(rows.stream().map(column).toArray(UUID[]::new));
    }

    Columns<R> text(Function<R, @Nullable String> column) {
        return add(rows.stream().map(column).toArray(String[]::new));
    }

    Columns<R> bigint(Function<R, @Nullable Long> column) {
        return add(rows.stream().map(column).toArray(Long[]::new));
    }

    Columns<R> integer(Function<R, @Nullable Integer> column) {
        return add(rows.stream().map(column).toArray(Integer[]::new));
    }

    Columns<R> bool(Function<R, Boolean> column) {
        return add(rows.stream().map(column).toArray(Boolean[]::new));
    }

    Columns<R> time(Function<R, @Nullable Instant> column) {
        return add(rows.stream().map(column).map(SessionRows::utc).toArray(OffsetDateTime[]::new));
    }

    Columns<R> bytes(Function<R, byte @Nullable []> column) {
        return add(rows.stream()
                .map(column)
                .map(bytes -> bytes == null ? null : Buffer.buffer(bytes))
                .toArray(Buffer[]::new));
    }

    private Columns<R> add(Object array) {
        arrays.add(array);
        return this;
    }

    Tuple tuple() {
        return Tuple.wrap(arrays);
    }
}
