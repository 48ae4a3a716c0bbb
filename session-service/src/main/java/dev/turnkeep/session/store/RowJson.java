package dev.turnkeep.session.store;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.turnkeep.session.event.Times;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A row as an object of the API: members are the columns' names, in the statement's order. Times are RFC 3339 in
 * microseconds, bytes are hex, and JSON columns (selected as text) are passed on as they are stored.
 */
public final class RowJson {
    private RowJson() {}

    /**
     * @param json names of the columns that hold JSON text
     */
    public static Map<String, @Nullable Object> of(Row row, Set<String> json) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
            String name = row.getColumnName(i);
            members.put(name, value(row.getValue(i), json.contains(name)));
        }
        return members;
    }

    private static @Nullable Object value(@Nullable Object value, boolean json) {
        return switch (value) {
            case null -> null;
            case String text when json -> new RawValue(text);
            case OffsetDateTime time -> Times.text(time.toInstant());
            case Buffer bytes -> HexFormat.of().formatHex(bytes.getBytes());
            case Object[] array -> List.of(array);
            default -> value;
        };
    }
}
