package dev.turnkeep.replication.table;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Period;
import java.util.UUID;

/**
 * Values in Postgres' binary send format, which the replication stream and a binary COPY share. All numbers are big
 * endian. Reading past the end throws {@link java.nio.BufferUnderflowException}.
 */
final class BinaryValues {
    private static final int DIGIT_WIDTH = 4;
    private static final int NEGATIVE = 0x4000;
    private static final long DAY_MICROS = 86_400_000_000L;

    private BinaryValues() {}

    static UUID uuid(ByteBuffer value) {
        return new UUID(value.getLong(), value.getLong());
    }

    /** Digits of base 10,000, the first one weighted by 10,000 to the power of {@code weight}. */
    static BigDecimal numeric(ByteBuffer value) throws Unrepresentable {
        int digits = value.getShort();
        int weight = value.getShort();
        int sign = Short.toUnsignedInt(value.getShort());
        int scale = value.getShort();
        if (sign != 0 && sign != NEGATIVE) throw new Unrepresentable("not a number or infinite");
        BigInteger unscaled = BigInteger.ZERO;
        for (int i = 0; i < digits; i++)
            unscaled = unscaled.multiply(BigInteger.valueOf(10_000)).add(BigInteger.valueOf(value.getShort()));
        BigDecimal magnitude = new BigDecimal(unscaled, DIGIT_WIDTH * (digits - 1 - weight)).setScale(scale);
        return sign == NEGATIVE ? magnitude.negate() : magnitude;
    }

    /** ISO 8601; its months and days have no length of their own and stay apart. */
    static String interval(ByteBuffer value) {
        Duration time = micros(value.getLong());
        int days = value.getInt();
        int months = value.getInt();
        Period period = Period.of(months / 12, months % 12, days);
        if (period.isZero()) return time.toString();
        return time.isZero() ? period.toString() : period + time.toString().substring(1);
    }

    /** Microseconds; days count as 24 hours, as in Postgres' own comparison of intervals. */
    static long intervalMicros(ByteBuffer value) throws Unrepresentable {
        long time = value.getLong();
        int days = value.getInt();
        if (value.getInt() != 0) throw new Unrepresentable("an interval of months has no fixed length");
        return Math.addExact(time, Math.multiplyExact(days, DAY_MICROS));
    }

    private static Duration micros(long micros) {
        return Duration.ofSeconds(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }
}
