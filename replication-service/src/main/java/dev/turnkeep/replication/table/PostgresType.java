package dev.turnkeep.replication.table;

import java.util.Optional;
import java.util.stream.Stream;

/** The Postgres types that tables are replicated with, by the object ids that are the same on every server. */
enum PostgresType {
    BOOL(16, "Bool"),
    BYTEA(17, "String"),
    NAME(19, "String"),
    INT8(20, "Int64"),
    INT2(21, "Int16"),
    INT4(23, "Int32"),
    TEXT(25, "String"),
    JSON(114, "String"),
    FLOAT4(700, "Float32"),
    FLOAT8(701, "Float64"),
    TEXT_ARRAY(1009, "Array(String)"),
    VARCHAR_ARRAY(1015, "Array(String)"),
    BPCHAR(1042, "String"),
    VARCHAR(1043, "String"),
    DATE(1082, "Date32"),
    TIMESTAMP(1114, "DateTime64(6, 'UTC')"),
    TIMESTAMPTZ(1184, "DateTime64(6, 'UTC')"),
    INTERVAL(1186, "String"),
    NUMERIC(1700, "String"),
    UUID(2950, "UUID"),
    JSONB(3802, "String"),
    XID8(5069, "UInt64");

    private final int oid;
    private final String suggested;

    PostgresType(int oid, String suggested) {
        this.oid = oid;
        this.suggested = suggested;
    }

    static Optional<PostgresType> of(int oid) {
        return Stream.of(values()).filter(type -> type.oid == oid).findFirst();
    }

    /** What a ClickHouse column for it is best made as. */
    String suggestion() {
        return this == TEXT_ARRAY || this == VARCHAR_ARRAY ? suggested : "Nullable(" + suggested + ")";
    }
}
