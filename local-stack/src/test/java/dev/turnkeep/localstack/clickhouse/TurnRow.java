package dev.turnkeep.localstack.clickhouse;

import com.clickhouse.client.api.data_formats.RowBinaryFormatWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import java.util.UUID;

/** One row of the figures' table: made of its number alone, so that every run inserts the same. */
final class TurnRow {

    private static final LocalDateTime BEGIN = LocalDateTime.of(2026, 1, 1, 0, 0);
    private static final String TEXT = "what a model might answer to a question of ordinary length ".repeat(3);

    private TurnRow() {}

    static void write(RowBinaryFormatWriter writer, long row) throws IOException {
        writer.setValue("org", "org-" + row % 20);
        writer.setValue("harness", "harness-" + row % 5);
        writer.setValue("session", new UUID(row % 5_000 * 0x9e3779b97f4a7c15L, row % 5_000));
        writer.setValue("turn", row);
        writer.setValue("seq", (int) (row % 100));
        writer.setValue("at", BEGIN.plusSeconds(row * 7 % 7_000_000));
        writer.setValue("model", "model-" + row % 7);
        writer.setValue("input", (int) (row % 9_000));
        writer.setValue("output", (int) (row % 700));
        writer.setValue("cached", (int) (row % 300));
        writer.setValue("cost", BigDecimal.valueOf(row % 1_000_000, 6));
        writer.setValue("status", row % 50 == 0 ? "failed" : "ok");
        writer.setValue("tags", List.of("tag-" + row % 11, "all"));
        writer.setValue("text", TEXT + row);
        writer.setValue("error", row % 50 == 0 ? "it timed out" : null);
        writer.setValue("version", 1L);
        writer.commitRow();
    }
}
