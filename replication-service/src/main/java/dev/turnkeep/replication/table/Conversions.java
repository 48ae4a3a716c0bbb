package dev.turnkeep.replication.table;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which Postgres type can be kept in which ClickHouse type without a loss. */
final class Conversions {
    private static final long DAY_MICROS = 86_400_000_000L;
    /** 2000-01-01, from which Postgres counts. */
    private static final long EPOCH_DAYS = 10_957;
    /** The times that a {@code DateTime64(6)} holds. */
    private static final long FIRST = Instant.parse("1900-01-01T00:00:00Z").getEpochSecond() * 1_000_000L;

    private static final long LAST = Instant.parse("2300-01-01T00:00:00Z").getEpochSecond() * 1_000_000L - 1;
    private static final int FAR_DAYS = 1_000_000;
    private static final int MICROSECONDS = 6;

    private Conversions() {}

    /** The conversion, or null where there is none. */
    static @Nullable Conversion between(PostgresType from, ColumnType to) {
        return switch (to.base()) {
            case "String" -> text(from);
            case "FixedString" -> from == PostgresType.BYTEA ? fixed(to.width()) : null;
            case "Array" -> array(from, ColumnType.parse(to.arguments().getFirst()));
            case "Bool", "UInt8" -> from == PostgresType.BOOL ? Conversions::bool : null;
            case "Int16", "Int32", "Int64" -> integer(from, to.width());
            case "UInt64" -> from == PostgresType.XID8 ? (value, out) -> int64(value.getLong(), out) : null;
            case "Float32" -> from == PostgresType.FLOAT4 ? Conversions::float32 : null;
            case "Float64" -> from == PostgresType.FLOAT8 ? Conversions::float64 : null;
            case "UUID" -> from == PostgresType.UUID ? Conversions::uuid : null;
            case "DateTime64" -> to.argument(0) == MICROSECONDS ? time(from) : null;
            case "Date32" -> from == PostgresType.DATE ? Conversions::date : null;
            case "Decimal" -> from == PostgresType.NUMERIC ? decimal(to.argument(0), to.argument(1)) : null;
            default -> null;
        };
    }

    private static @Nullable Conversion text(PostgresType from) {
        return switch (from) {
            case TEXT, VARCHAR, BPCHAR, NAME, JSON, BYTEA -> Conversions::rest;
            case JSONB -> Conversions::jsonb;
            case UUID -> (value, out) -> string(BinaryValues.uuid(value).toString(), out);
            case NUMERIC -> (value, out) -> string(BinaryValues.numeric(value).toPlainString(), out);
            case INTERVAL -> (value, out) -> string(BinaryValues.interval(value), out);
            case BOOL,
                    INT2,
                    INT4,
                    INT8,
                    FLOAT4,
                    FLOAT8,
                    TEXT_ARRAY,
                    VARCHAR_ARRAY,
                    DATE,
                    TIMESTAMP,
                    TIMESTAMPTZ,
                    XID8 -> null;
        };
    }

    private static @Nullable Conversion integer(PostgresType from, int width) {
        return switch (from) {
            case INT2 -> (value, out) -> integer(value.getShort(), width, out);
            case INT4 -> width < Integer.BYTES ? null : (value, out) -> integer(value.getInt(), width, out);
            case INT8 -> width < Long.BYTES ? null : (value, out) -> int64(value.getLong(), out);
            case INTERVAL -> width < Long.BYTES ? null : (value, out) -> int64(BinaryValues.intervalMicros(value), out);
            default -> null;
        };
    }

    private static @Nullable Conversion time(PostgresType from) {
        return switch (from) {
            case TIMESTAMP, TIMESTAMPTZ -> (value, out) -> int64(micros(value.getLong()), out);
            case DATE -> (value, out) -> int64(dayMicros(value.getInt()), out);
            default -> null;
        };
    }

    /**
     * What lies before the first time that there is becomes that one, and what lies behind the last becomes the last: Postgres'
     * infinities, and the year 9999 that means never.
     */
    private static long micros(long postgres) {
        long offset = EPOCH_DAYS * DAY_MICROS;
        return Math.clamp(postgres, FIRST - offset, LAST - offset) + offset;
    }

    private static long dayMicros(int day) {
        // Far beyond all that there is, and yet no overflow.
        return micros(Math.clamp(day, -FAR_DAYS, FAR_DAYS) * DAY_MICROS);
    }

    private static void date(ByteBuffer value, RowOutput out) {
        int days = Math.toIntExact(Math.floorDiv(dayMicros(value.getInt()), DAY_MICROS));
        out.value(to -> to.writeInt32(days));
    }

    private static @Nullable Conversion array(PostgresType from, ColumnType element) {
        boolean texts = from == PostgresType.TEXT_ARRAY || from == PostgresType.VARCHAR_ARRAY;
        return texts && element.base().equals("String")
                ? (value, out) -> strings(value, element.nullable(), out)
                : null;
    }

    private static void strings(ByteBuffer value, boolean nullable, RowOutput out) throws Unrepresentable {
        int dimensions = value.getInt();
        value.getInt(); // whether there are nulls: each element says so itself
        value.getInt(); // the elements' type: given by the array's
        if (dimensions == 0) {
            out.size(0);
            return;
        }
        if (dimensions != 1) throw new Unrepresentable("an array of several dimensions");
        int length = value.getInt();
        value.getInt(); // the lower bound: ClickHouse always counts from 1
        if (length < 0 || length > value.remaining()) throw new Unrepresentable("a damaged array");
        out.size(length);
        for (int i = 0; i < length; i++) element(value, nullable, out);
    }

    private static void element(ByteBuffer value, boolean nullable, RowOutput out) throws Unrepresentable {
        int size = value.getInt();
        if (size < 0 && !nullable) throw new Unrepresentable("a null in an array that holds none");
        if (size > value.remaining()) throw new Unrepresentable("a damaged array");
        if (nullable)
            out.value(to -> {
                if (size < 0) to.writeNull();
                else to.writeNotNull();
            });
        if (size >= 0) {
            out.string(value.array(), value.arrayOffset() + value.position(), size);
            value.position(value.position() + size);
        }
    }

    private static Conversion fixed(int width) {
        return (value, out) -> {
            if (value.remaining() != width) throw new Unrepresentable("not " + width + " bytes");
            byte[] bytes = new byte[width];
            value.get(bytes);
            out.raw(bytes);
        };
    }

    private static Conversion decimal(int precision, int scale) {
        return (value, out) -> {
            // Throws where digits would be lost.
            BigDecimal number = BinaryValues.numeric(value).setScale(scale);
            if (number.precision() > precision) throw new Unrepresentable("more than " + precision + " digits");
            out.value(to -> to.writeDecimal(number, precision, scale));
        };
    }

    private static void rest(ByteBuffer value, RowOutput out) {
        out.string(value.array(), value.arrayOffset() + value.position(), value.remaining());
        value.position(value.limit());
    }

    /** One byte that tells the version of the format comes before the text. */
    private static void jsonb(ByteBuffer value, RowOutput out) throws Unrepresentable {
        if (value.get() != 1) throw new Unrepresentable("a jsonb of another version than 1");
        rest(value, out);
    }

    private static void string(String text, RowOutput out) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.string(bytes, 0, bytes.length);
    }

    private static void integer(int number, int width, RowOutput out) {
        out.value(to -> {
            if (width == Short.BYTES) to.writeInt16((short) number);
            else if (width == Integer.BYTES) to.writeInt32(number);
            else to.writeInt64(number);
        });
    }

    private static void int64(long number, RowOutput out) {
        out.value(to -> to.writeInt64(number));
    }

    private static void bool(ByteBuffer value, RowOutput out) {
        boolean set = value.get() != 0;
        out.value(to -> to.writeBool(set));
    }

    private static void float32(ByteBuffer value, RowOutput out) {
        float number = value.getFloat();
        out.value(to -> to.writeFloat32(number));
    }

    private static void float64(ByteBuffer value, RowOutput out) {
        double number = value.getDouble();
        out.value(to -> to.writeFloat64(number));
    }

    private static void uuid(ByteBuffer value, RowOutput out) {
        UUID uuid = BinaryValues.uuid(value);
        // The client wants the lower half first.
        out.value(to -> to.writeUUID(uuid.getLeastSignificantBits(), uuid.getMostSignificantBits()));
    }
}
