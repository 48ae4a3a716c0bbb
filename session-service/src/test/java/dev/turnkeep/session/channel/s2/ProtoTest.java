package dev.turnkeep.session.channel.s2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes are those of the client {@code @s2-dev/streamstore} 0.27.0. */
class ProtoTest {
    private static final String INPUT =
            "0a19088ee6a2de9f3412060a016112016212001a0668c3a46c6c6f0a000a12120612047472696d1a08"
                    + "000000000000000710001a03746f6b";

    @Test
    void readsABatchAsItsClientWritesIt() {
        // When
        AppendInput input = Proto.input(hex(INPUT));

        // Then
        assertThat(input.matchSeq()).isZero();
        assertThat(input.fence()).isEqualTo("tok");
        assertThat(input.records())
                .containsExactly(
                        new AppendInput.Item(
                                1_795_225_596_686L, List.of(header("a", "b"), header("", "")), Buffer.buffer("hällo")),
                        new AppendInput.Item(null, List.of(), Buffer.buffer()),
                        new AppendInput.Item(
                                null,
                                List.of(header("", "trim")),
                                Buffer.buffer().appendLong(7)));
    }

    @Test
    void readsABatchWithoutConditionsAndPassesOverWhatItDoesNotKnow() {
        // When
        AppendInput plain = Proto.input(hex("0a031a0178"));
        AppendInput more = Proto.input(hex("0a031a0178" + "780a" + "7a0161" + "7d00000000" + "790000000000000000"));

        // Then
        assertThat(plain).isEqualTo(more);
        assertThat(plain.matchSeq()).isNull();
        assertThat(plain.fence()).isNull();
    }

    @Test
    void refusesEveryBeginningOfABatchThatEndsWithinAField() {
        Buffer whole = hex(INPUT);
        // The ends of its fields: what ends there is a batch, of less.
        List<Integer> ends = List.of(0, 27, 29, 49, 51, 56);
        for (int i = 0; i < whole.length(); i++) {
            Buffer part = whole.getBuffer(0, i);
            if (!ends.contains(i)) {
                assertThatThrownBy(() -> Proto.input(part)).as("%d bytes", i).isInstanceOf(Refused.class);
            }
        }
    }

    @Test
    void whateverTheBytesItAnswersOrRefuses() {
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = hex(INPUT).getBytes();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            try {
                assertThat(Proto.input(Buffer.buffer(bytes)).records()).isNotNull();
            } catch (Refused e) {
                assertThat(e.refusal().status()).isEqualTo(400);
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 1999);
    }

    @Test
    void doesNotReadMoreThanABatchHas() {
        assertThatThrownBy(() -> Proto.input(hex("0a00".repeat(1001)))).isInstanceOf(Invalid.class);
        Buffer headers = hex("1200".repeat(10_001));
        Buffer record = Buffer.buffer()
                .appendByte((byte) 0x0a)
                .appendByte((byte) 0xa2)
                .appendByte((byte) 0x9c)
                .appendByte((byte) 1)
                .appendBuffer(headers);
        assertThatThrownBy(() -> Proto.input(record)).isInstanceOf(Invalid.class);
    }

    @Test
    void writesAnswersAsItsClientReadsThem() {
        assertThat(text(Proto.ack(new Ack(
                        new Position(0, 1_795_225_596_686L),
                        new Position(300, 1_795_225_596_700L),
                        new Position(301, 1_795_225_596_701L)))))
                .isEqualTo("0a07108ee6a2de9f34120a08ac02109ce6a2de9f341a0a08ad02109de6a2de9f34");
        assertThat(text(Proto.ack(new Ack(new Position(0, 0), new Position(1, 0), new Position(1, 0)))))
                .isEqualTo("0a00120208011a020801");
    }

    @Test
    void writesRecordsAsItsClientReadsThem() {
        // Given
        LogRecord one = record(0, 1_795_225_596_686L, List.of(), "one");
        LogRecord control = record(
                130, 1_795_225_596_687L, List.of(header("trigger-control", "turn-complete"), header("", "x")), "");

        // When
        Buffer batch = Proto.batch(new Batch(List.of(one, control), new Position(131, 1_795_225_596_687L)));
        Buffer heartbeat = Proto.batch(new Batch(List.of(), new Position(5, 6)));

        // Then
        assertThat(text(batch))
                .isEqualTo(
                        "0a0c108ee6a2de9f3422036f6e650a31088201108fe6a2de9f341a200a0f747269676765722d636f6e74726f6c120d7475"
                                + "726e2d636f6d706c6574651a03120178120a088301108fe6a2de9f34");
        assertThat(text(heartbeat)).isEqualTo("120408051006");
    }

    static RecordHeader header(String name, String value) {
        return new RecordHeader(Buffer.buffer(name), Buffer.buffer(value));
    }

    static LogRecord record(long seq, long time, List<RecordHeader> headers, String body) {
        return new LogRecord(
                seq, Kind.TEXT, Buffer.buffer(body), RecordHeader.encode(headers), null, Instant.ofEpochMilli(time));
    }

    static Buffer hex(String text) {
        return Buffer.buffer(HexFormat.of().parseHex(text));
    }

    private static String text(Buffer bytes) {
        return HexFormat.of().formatHex(bytes.getBytes());
    }
}
