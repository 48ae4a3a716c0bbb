package dev.turnkeep.session.clickhouse;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Collectors;

/** Values in statements for ClickHouse. Text goes in as hex: no character of a caller's is ever part of the statement. */
public final class Sql {
    private static final HexFormat HEX = HexFormat.of();

    private Sql() {}

    public static String text(String value) {
        return "unhex('" + HEX.formatHex(value.getBytes(StandardCharsets.UTF_8)) + "')";
    }

    /** For {@code IN} and {@code hasAny}. */
    public static String texts(Collection<String> values) {
        return values.stream().map(Sql::text).collect(Collectors.joining(", "));
    }

    public static String uuid(UUID value) {
        return "toUUID('" + value + "')";
    }

    public static String time(Instant value) {
        return time(ChronoUnit.MICROS.between(Instant.EPOCH, value));
    }

    /** @param micros since 1970 */
    public static String time(long micros) {
        return "fromUnixTimestamp64Micro(toInt64(" + micros + "), 'UTC')";
    }
}
