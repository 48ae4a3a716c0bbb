package dev.turnkeep.replication.clickhouse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One numbered file of statements, each of which may run again without harm: ClickHouse has no transactions, so a crash can
 * leave half of a file applied.
 */
record SchemaFile(String name, String text) {
    private static final Pattern REPLACING = Pattern.compile("\\$\\{replacing\\(([^)]*)\\)}");
    /** All files, in order. Listed, because a native image cannot look into a folder of its class path. */
    private static final List<String> NAMES = List.of(
            "0001_sessions.sql",
            "0002_turns.sql",
            "0003_session_events.sql",
            "0004_views.sql",
            "0005_snapshot_progress.sql",
            "0006_timelines.sql",
            "0007_cost_and_facts.sql",
            "0008_nodes.sql",
            "0009_erased_sessions.sql",
            "0010_positions.sql",
            "0011_durable.sql",
            "0012_usage_told.sql");

    static List<SchemaFile> all() {
        return NAMES.stream().map(SchemaFile::read).toList();
    }

    private static SchemaFile read(String name) {
        try (InputStream file = SchemaFile.class.getResourceAsStream("/clickhouse/" + name)) {
            if (file == null) throw new IllegalStateException("no such file on the class path: clickhouse/" + name);
            return new SchemaFile(name, new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The engine of a table that keeps the last version of each row. */
    static String engine(ClickHouseConfig config, String arguments) {
        return config.replicated()
                ? "ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', " + arguments + ")"
                : "ReplacingMergeTree(" + arguments + ")";
    }

    int number() {
        return Integer.parseInt(name.substring(0, name.indexOf('_')));
    }

    /** Of the file as it was written, before configuration is filled in. */
    String checksum() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    List<String> statements(ClickHouseConfig config) {
        String engine =
                REPLACING.matcher(text).replaceAll(found -> Matcher.quoteReplacement(engine(config, found.group(1))));
        String filled = engine.replace("${database}", "`" + config.database() + "`")
                .replace("${event_days}", Integer.toString(config.eventDays()));
        return Arrays.stream(filled.split(";\n"))
                .map(String::strip)
                .filter(sql -> !sql.isEmpty())
                .toList();
    }
}
