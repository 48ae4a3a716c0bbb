package dev.turnkeep.replication.table;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values as Postgres' send functions write them. */
final class PostgresBytes {
    private static final long EPOCH = Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();
    private static final int TEXT_OID = 25;

    private PostgresBytes() {}

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] int2(int value) {
        return ByteBuffer.allocate(2).putShort((short) value).array();
    }

    static byte[] int4(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    static byte[] int8(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    static byte[] time(String instant) {
        Instant time = Instant.parse(instant);
        return int8((time.getEpochSecond() - EPOCH) * 1_000_000L + time.getNano() / 1_000);
    }

    static byte[] uuid(UUID uuid) {
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    static byte[] jsonb(String json) {
        return ByteBuffer.allocate(1 + text(json).length)
                .put((byte) 1)
                .put(text(json))
                .array();
    }

    static byte[] array(@Nullable String... elements) {
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        bytes.putInt(elements.length == 0 ? 0 : 1).putInt(0).putInt(TEXT_OID);
        if (elements.length > 0) bytes.putInt(elements.length).putInt(1);
        for (String element : elements) {
            if (element == null) bytes.putInt(-1);
            else bytes.putInt(text(element).length).put(text(element));
        }
        byte[] array = new byte[bytes.position()];
        bytes.flip().get(array);
        return array;
    }

    static byte[] numeric(int weight, int sign, int scale, int... digits) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + 2 * digits.length);
        bytes.putShort((short) digits.length)
                .putShort((short) weight)
                .putShort((short) sign)
                .putShort((short) scale);
        for (int digit : digits) bytes.putShort((short) digit);
        return bytes.array();
    }

    static byte[] interval(long micros, int days, int months) {
        return ByteBuffer.allocate(16)
                .putLong(micros)
                .putInt(days)
                .putInt(months)
                .array();
    }
}
