package dev.turnkeep.session.channel.s2;

import dev.turnkeep.platform.proto.ProtoReader;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Batches and answers as protobuf. A field that nobody knows is passed over; a number that is 0 is not written. */
final class Proto {
    static final String TYPE = "application/protobuf";

    private static final int VARINT = 0;
    private static final int BYTES = 2;

    private Proto() {}

    /**
     * @throws Refused (400) for anything else
     * @throws dev.turnkeep.contracts.problem.Invalid (422) for too much
     */
    static AppendInput input(Buffer message) {
        try {
            return input(ProtoReader.of(message.getBytes()));
        } catch (ProtoReader.Malformed e) {
            throw Refused.of(400, "bad_proto", e.getMessage());
        }
    }

    private static AppendInput input(ProtoReader fields) {
        List<AppendInput.Item> records = new ArrayList<>();
        Long match = null;
        String fence = null;
        AppendInput.Count count = new AppendInput.Count();
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> records.add(item(fields.message(), count));
                case 2 -> match = fields.varint();
                case 3 -> fence = fields.text();
                default -> fields.skip();
            }
        }
        return new AppendInput(records, match, fence);
    }

    private static AppendInput.Item item(ProtoReader fields, AppendInput.Count count) {
        count.record();
        Long time = null;
        List<RecordHeader> headers = new ArrayList<>();
        Buffer body = Buffer.buffer();
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> time = fields.varint();
                case 2 -> {
                    count.header();
                    headers.add(header(fields.message()));
                }
                case 3 -> body = Buffer.buffer(fields.bytes());
                default -> fields.skip();
            }
        }
        return new AppendInput.Item(time, headers, body);
    }

    private static RecordHeader header(ProtoReader fields) {
        Buffer name = Buffer.buffer();
        Buffer value = Buffer.buffer();
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> name = Buffer.buffer(fields.bytes());
                case 2 -> value = Buffer.buffer(fields.bytes());
                default -> fields.skip();
            }
        }
        return new RecordHeader(name, value);
    }

    static Buffer ack(Ack ack) {
        Buffer message = Buffer.buffer();
        field(message, 1, position(ack.start()));
        field(message, 2, position(ack.end()));
        field(message, 3, position(ack.tail()));
        return message;
    }

    static Buffer batch(Batch batch) {
        Buffer message = Buffer.buffer();
        for (LogRecord record : batch.records()) {
            field(message, 1, record(record));
        }
        if (batch.tail() != null) {
            field(message, 2, position(batch.tail()));
        }
        return message;
    }

    private static Buffer record(LogRecord record) {
        Buffer message = Buffer.buffer(record.body().length() + 32);
        field(message, 1, record.seq());
        field(message, 2, record.at().toEpochMilli());
        for (RecordHeader header : RecordHeader.decode(record.headers())) {
            Buffer pair = Buffer.buffer();
            bytes(pair, 1, header.name());
            bytes(pair, 2, header.value());
            field(message, 3, pair);
        }
        bytes(message, 4, record.body());
        return message;
    }

    private static Buffer position(Position position) {
        Buffer message = Buffer.buffer();
        field(message, 1, position.seq());
        field(message, 2, position.time());
        return message;
    }

    private static void field(Buffer out, int number, long value) {
        if (value != 0) {
            varint(out, ((long) number << 3) | VARINT);
            varint(out, value);
        }
    }

    /** A message is written even when nothing is in it: it is there. */
    private static void field(Buffer out, int number, Buffer message) {
        varint(out, ((long) number << 3) | BYTES);
        varint(out, message.length());
        out.appendBuffer(message);
    }

    private static void bytes(Buffer out, int number, @Nullable Buffer value) {
        if (value != null && value.length() > 0) {
            field(out, number, value);
        }
    }

    private static void varint(Buffer out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.appendByte((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.appendByte((byte) rest);
    }
}
