package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Tuple;
import dev.turnkeep.replication.pgoutput.Tuple.Form;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;

/**
 * Values of a row by the names of their columns, in whichever form the server sent them.
 *
 * <p>Every method throws {@link IllegalArgumentException} when the column is not published or has no value.
 */
public record Row(Relation relation, Tuple tuple) {
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendOffset("+HH:mm", "+00")
            .toFormatter(Locale.ROOT);

    /** Whether the value is null. */
    public boolean isNull(String column) {
        return tuple.form(position(column)) == Form.NULL;
    }

    /** A value of type text, varchar or json. */
    public String text(String column) {
        return tuple.text(valued(column));
    }

    /** A value of type uuid. */
    public UUID uuid(String column) {
        int i = valued(column);
        if (tuple.form(i) == Form.TEXT) {
            return UUID.fromString(tuple.text(i));
        }
        ByteBuffer bytes = binary(i, 2 * Long.BYTES);
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    /** A value of type smallint, integer, bigint or xid8. */
    public long integer(String column) {
        int i = valued(column);
        if (tuple.form(i) == Form.TEXT) {
            return Long.parseLong(tuple.text(i));
        }
        return switch (tuple.length(i)) {
            case Short.BYTES -> binary(i, Short.BYTES).getShort();
            case Integer.BYTES -> binary(i, Integer.BYTES).getInt();
            default -> binary(i, Long.BYTES).getLong();
        };
    }

    /** A value of type timestamptz. */
    public Instant time(String column) {
        int i = valued(column);
        if (tuple.form(i) == Form.TEXT) {
            return OffsetDateTime.parse(tuple.text(i), TIMESTAMP).toInstant();
        }
        return EPOCH.plus(binary(i, Long.BYTES).getLong(), ChronoUnit.MICROS);
    }

    private ByteBuffer binary(int column, int length) {
        if (tuple.length(column) != length) {
            throw new IllegalArgumentException("the column "
                    + relation.columns().get(column).name() + " of " + relation.table() + " has "
                    + tuple.length(column) + " bytes and not " + length);
        }
        return ByteBuffer.wrap(tuple.array(), tuple.offset(column), length);
    }

    private int valued(String column) {
        int i = position(column);
        if (tuple.form(i) == Form.NULL || tuple.form(i) == Form.UNCHANGED) {
            throw new IllegalArgumentException("the column " + column + " of " + relation.table() + " has no value");
        }
        return i;
    }

    private int position(String column) {
        int i = relation.indexOf(column);
        if (i < 0) {
            throw new IllegalArgumentException(
                    "the column " + column + " of " + relation.table() + " is not published");
        }
        return i;
    }
}
