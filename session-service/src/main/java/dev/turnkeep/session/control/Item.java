package dev.turnkeep.session.control;

import com.fasterxml.jackson.databind.util.RawValue;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session as this API shows it. Every session fits the clients' schema, those that turns have made too. */
public final class Item {
    /** The columns of {@code sessions s} that an item is made of. */
    public static final String COLUMNS = """
            s.id, s.friendly_id, s.external_id, s.type, s.task_identifier, s.trigger_config::text AS trigger_config,
            s.current_run_id, s.tags, s.metadata::text AS metadata, s.closed_at, s.closed_reason, s.expires_at,
            s.created_at, s.updated_at""";

    /** As JavaScript writes a time. */
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Item() {}

    /**
     * The item of a row with {@link #COLUMNS}, for lists: how runs are made is not part of it.
     */
    public static Map<String, @Nullable Object> listed(Row row) {
        Map<String, @Nullable Object> item = new LinkedHashMap<>();
        item.put("id", row.getString("friendly_id"));
        item.put("externalId", row.getString("external_id"));
        item.put("type", row.getString("type"));
        item.put("taskIdentifier", row.getString("task_identifier"));
        item.put("currentRunId", row.getString("current_run_id"));
        item.put("tags", List.of(row.getArrayOfStrings("tags")));
        item.put("metadata", new RawValue(row.getString("metadata")));
        item.put("closedAt", time(row, "closed_at"));
        item.put("closedReason", row.getString("closed_reason"));
        item.put("expiresAt", time(row, "expires_at"));
        item.put("createdAt", time(row, "created_at"));
        item.put("updatedAt", time(row, "updated_at"));
        return item;
    }

    /**
     * The item of one session.
     *
     * @param trusted whether the caller holds a key: how runs are made can hold what no browser is to see
     */
    static Map<String, @Nullable Object> whole(Row row, boolean trusted) {
        Map<String, @Nullable Object> item = listed(row);
        String config = row.getString("trigger_config");
        if (trusted && config != null) {
            item.put("triggerConfig", new RawValue(config));
        }
        return item;
    }

    private static @Nullable String time(Row row, String column) {
        OffsetDateTime at = row.getOffsetDateTime(column);
        return at == null ? null : text(at.toInstant());
    }

    /** A time on this wire: ISO 8601 in milliseconds. */
    static String text(Instant at) {
        return MILLIS.format(at);
    }
}
