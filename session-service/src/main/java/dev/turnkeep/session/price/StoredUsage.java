package dev.turnkeep.session.price;

import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePartsJson;
import io.vertx.sqlclient.Row;

/** A turn's usage as it is stored. */
public final class StoredUsage {
    /** The columns that {@link #of} reads, of {@code turns t}. */
    public static final String COLUMNS = """
            t.input_tokens, t.output_tokens, t.cache_read_tokens, t.cache_write_tokens, t.cache_write_1h_tokens,
            t.reasoning_tokens, t.usage_partial, t.usage_parts::text AS usage_parts, t.service_tier""";

    private StoredUsage() {}

    public static Usage of(Row row) {
        return new Usage(
                row.getLong("input_tokens"),
                row.getLong("output_tokens"),
                row.getLong("cache_read_tokens"),
                row.getLong("cache_write_tokens"),
                row.getLong("cache_write_1h_tokens"),
                row.getLong("reasoning_tokens"),
                row.getBoolean("usage_partial"),
                UsagePartsJson.parse(row.getString("usage_parts")),
                row.getString("service_tier"));
    }
}
