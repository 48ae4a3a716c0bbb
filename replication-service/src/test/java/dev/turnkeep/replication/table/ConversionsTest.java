package dev.turnkeep.replication.table;

import static dev.turnkeep.replication.table.PostgresBytes.array;
import static dev.turnkeep.replication.table.PostgresBytes.int2;
import static dev.turnkeep.replication.table.PostgresBytes.int4;
import static dev.turnkeep.replication.table.PostgresBytes.int8;
import static dev.turnkeep.replication.table.PostgresBytes.interval;
import static dev.turnkeep.replication.table.PostgresBytes.jsonb;
import static dev.turnkeep.replication.table.PostgresBytes.numeric;
import static dev.turnkeep.replication.table.PostgresBytes.text;
import static dev.turnkeep.replication.table.PostgresBytes.time;
import static dev.turnkeep.replication.table.PostgresBytes.uuid;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConversionsTest {
    private static final String TIME = "DateTime64(6, 'UTC')";

    @Test
    void writesIntegersInLittleEndianAndWidensThem() throws Exception {
        assertThat(written(PostgresType.INT2, "Int16", int2(-2))).containsExactly(0xFE, 0xFF);
        assertThat(written(PostgresType.INT2, "Int32", int2(-2))).containsExactly(0xFE, 0xFF, 0xFF, 0xFF);
        assertThat(number(PostgresType.INT4, "Int64", int4(Integer.MIN_VALUE))).isEqualTo(Integer.MIN_VALUE);
        assertThat(number(PostgresType.INT8, "Int64", int8(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
        assertThat(number(PostgresType.XID8, "UInt64", int8(-1))).isEqualTo(-1L);
    }

    @ParameterizedTest
    @CsvSource({"INT8,Int32", "INT4,Int16", "INT8,String", "TEXT,Int64", "NUMERIC,Float64", "TIMESTAMPTZ,DateTime64(3)"
    })
    void hasNoConversionThatCouldLoseSomething(PostgresType from, String to) {
        assertThat(Conversions.between(from, ColumnType.parse(to))).isNull();
    }

    @ParameterizedTest
    @EnumSource(PostgresType.class)
    void keepsEachTypeInTheColumnThatItSuggests(PostgresType type) {
        assertThat(Conversions.between(type, ColumnType.parse(type.suggestion())))
                .isNotNull();
    }

    @Test
    void writesTextAsItsBytesWithTheirLengthBefore() throws Exception {
        assertThat(written(PostgresType.TEXT, "String", text("é"))).containsExactly(2, 0xC3, 0xA9);
        assertThat(written(PostgresType.TEXT, "LowCardinality(String)", text("")))
                .containsExactly(0);
        assertThat(written(PostgresType.JSON, "String", text("{}"))).containsExactly(2, '{', '}');
        assertThat(written(PostgresType.BYTEA, "String", new byte[] {0, -1})).containsExactly(2, 0, 0xFF);
    }

    @Test
    void leavesTheVersionByteOfJsonbAway() throws Exception {
        assertThat(written(PostgresType.JSONB, "String", jsonb("{}"))).containsExactly(2, '{', '}');
        refuses(PostgresType.JSONB, "String", new byte[] {2, '{', '}'});
    }

    @Test
    void writesUuidsAsTwoHalvesInLittleEndian() throws Exception {
        UUID id = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        assertThat(written(PostgresType.UUID, "UUID", uuid(id)))
                .containsExactly(
                        0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88);
    }

    @Test
    void writesTimesToTheMicrosecondAlsoBefore1970() throws Exception {
        for (String time : new String[] {"2026-03-04T05:06:07.000008Z", "1931-01-01T00:00:00.000001Z"})
            assertThat(number(PostgresType.TIMESTAMPTZ, TIME, time(time))).isEqualTo(micros(time));
    }

    @Test
    void makesWhatTheColumnCannotHoldTheFirstOrTheLastTimeThereIs() throws Exception {
        for (byte[] late : List.of(
                int8(Long.MAX_VALUE),
                int8(Long.MAX_VALUE - 1),
                time("9999-12-31T23:59:59Z"),
                time("2300-01-01T00:00:00Z")))
            assertThat(number(PostgresType.TIMESTAMPTZ, TIME, late)).isEqualTo(micros("2299-12-31T23:59:59.999999Z"));
        for (byte[] early : List.of(int8(Long.MIN_VALUE), time("1899-12-31T23:59:59.999999Z")))
            assertThat(number(PostgresType.TIMESTAMPTZ, TIME, early)).isEqualTo(micros("1900-01-01T00:00:00Z"));
        for (int day : new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 1})
            assertThat(number(PostgresType.DATE, TIME, int4(day))).isEqualTo(micros("2299-12-31T23:59:59.999999Z"));
        assertThat(number(PostgresType.DATE, TIME, int4(Integer.MIN_VALUE))).isEqualTo(micros("1900-01-01T00:00:00Z"));
    }

    @Test
    void writesDatesAsDaysSince1970() throws Exception {
        assertThat(written(PostgresType.DATE, "Date32", int4(0))).containsExactly(0xCD, 0x2A, 0, 0);
    }

    @Test
    void writesArraysOfTexts() throws Exception {
        assertThat(written(PostgresType.TEXT_ARRAY, "Array(String)", array())).containsExactly(0);
        assertThat(written(PostgresType.TEXT_ARRAY, "Array(String)", array("a", "", "bc")))
                .containsExactly(3, 1, 'a', 0, 2, 'b', 'c');
        assertThat(written(PostgresType.TEXT_ARRAY, "Array(Nullable(String))", array("a", null)))
                .containsExactly(2, 0, 1, 'a', 1);
        refuses(PostgresType.TEXT_ARRAY, "Array(String)", array("a", null));
    }

    @Test
    void writesNumbersOfAnyLength() throws Exception {
        // 12345.678, -0.0001, 10000, 0.00
        assertThat(string(PostgresType.NUMERIC, numeric(1, 0, 3, 1, 2345, 6780)))
                .isEqualTo("12345.678");
        assertThat(string(PostgresType.NUMERIC, numeric(-1, 0x4000, 4, 1))).isEqualTo("-0.0001");
        assertThat(string(PostgresType.NUMERIC, numeric(1, 0, 0, 1))).isEqualTo("10000");
        assertThat(string(PostgresType.NUMERIC, numeric(0, 0, 2))).isEqualTo("0.00");
        assertThat(number(PostgresType.NUMERIC, "Decimal(18, 4)", numeric(1, 0, 3, 1, 2345, 6780)))
                .isEqualTo(123_456_780L);
        refuses(PostgresType.NUMERIC, "Decimal(18, 2)", numeric(1, 0, 3, 1, 2345, 6780));
        refuses(PostgresType.NUMERIC, "String", numeric(0, 0xC000, 0));
    }

    @Test
    void writesIntervalsAsTextOrWhereTheyHaveALengthAsMicroseconds() throws Exception {
        assertThat(string(PostgresType.INTERVAL, interval(1_800_000_000L, 0, 0)))
                .isEqualTo("PT30M");
        assertThat(string(PostgresType.INTERVAL, interval(1_000_000L, 2, 14))).isEqualTo("P1Y2M2DT1S");
        assertThat(number(PostgresType.INTERVAL, "Int64", interval(5, 1, 0))).isEqualTo(86_400_000_005L);
        refuses(PostgresType.INTERVAL, "Int64", interval(0, 0, 1));
    }

    @Test
    void takesOnlyBytesOfTheRightNumberIntoAFixedString() throws Exception {
        assertThat(written(PostgresType.BYTEA, "FixedString(2)", new byte[] {1, 2}))
                .containsExactly(1, 2);
        refuses(PostgresType.BYTEA, "FixedString(2)", new byte[] {1});
        refuses(PostgresType.BYTEA, "FixedString(2)", new byte[] {1, 2, 3});
    }

    @Property(tries = 300)
    void refusesDamagedValuesAndThrowsNothingElse(@ForAll @Size(max = 64) byte[] damaged) {
        for (PostgresType type : PostgresType.values()) {
            try {
                written(type, type.suggestion(), damaged);
            } catch (Unrepresentable refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }

    private static void refuses(PostgresType from, String to, byte[] value) {
        assertThatExceptionOfType(Unrepresentable.class).isThrownBy(() -> written(from, to, value));
    }

    private static int[] written(PostgresType from, String to, byte[] value) throws Unrepresentable {
        byte[] bytes = convert(from, to, value);
        int[] unsigned = new int[bytes.length];
        Arrays.setAll(unsigned, i -> Byte.toUnsignedInt(bytes[i]));
        return unsigned;
    }

    private static long number(PostgresType from, String to, byte[] value) throws Unrepresentable {
        return ByteBuffer.wrap(convert(from, to, value))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    private static String string(PostgresType from, byte[] value) throws Unrepresentable {
        byte[] bytes = convert(from, "String", value);
        return new String(bytes, 1, bytes[0], java.nio.charset.StandardCharsets.UTF_8);
    }

    private static byte[] convert(PostgresType from, String to, byte[] value) throws Unrepresentable {
        RowOutput out = new RowOutput(16);
        requireNonNull(Conversions.between(from, ColumnType.parse(to))).convert(ByteBuffer.wrap(value), out);
        return out.bytes();
    }

    private static long micros(String time) {
        Instant instant = Instant.parse(time);
        return instant.getEpochSecond() * 1_000_000L + instant.getNano() / 1_000;
    }
}
