package dev.turnkeep.replication.table;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A value of a key in SQL, for statements that take no parameters. */
final class Literal {
    private Literal() {}

    static String of(PublishedColumn column, ByteBuffer value) {
        PostgresType type = PostgresType.of(column.typeOid()).orElseThrow();
        ByteBuffer bytes = value.slice();
        return switch (type) {
            case UUID -> "'" + BinaryValues.uuid(bytes) + "'::uuid";
            case TEXT, VARCHAR, BPCHAR, NAME ->
                quoted(StandardCharsets.UTF_8.decode(bytes).toString()) + "::text";
            case INT2 -> Short.toString(bytes.getShort());
            case INT4 -> Integer.toString(bytes.getInt());
            case INT8 -> "'" + bytes.getLong() + "'::bigint";
            // Exact: an interval counts microseconds.
            case TIMESTAMPTZ ->
                "timestamptz '2000-01-01 00:00:00+00' + interval '%d microseconds'".formatted(bytes.getLong());
            case BYTEA -> "'\\x" + hex(bytes) + "'::bytea";
            case BOOL,
                    JSON,
                    JSONB,
                    FLOAT4,
                    FLOAT8,
                    TEXT_ARRAY,
                    VARCHAR_ARRAY,
                    DATE,
                    TIMESTAMP,
                    INTERVAL,
                    NUMERIC,
                    XID8 -> throw new IllegalArgumentException("not a type of keys: " + type);
        };
    }

    /** The bytes of a buffer, from its position on. */
    static String hex(ByteBuffer value) {
        int from = value.arrayOffset() + value.position();
        return HexFormat.of().formatHex(value.array(), from, from + value.remaining());
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
