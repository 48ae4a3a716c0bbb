package dev.turnkeep.session.channel.s2;

import dev.turnkeep.platform.proto.ProtoReader;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The client's half of the protobuf messages. */
final class Wire {
    private Wire() {}

    /** An answer, or what it says of places: their seqs. */
    record Acked(long start, long end, long tail) {}

    /** A record as a reader gets it; headers as names and values in turn. */
    record Got(long seq, List<String> headers, String body) {}

    /** Records that a reader got together; tail is -1 when it was not told. */
    record Gotten(List<Got> records, long tail) {}

    static Buffer input(String... bodies) {
        Buffer input = Buffer.buffer();
        for (String body : bodies) {
            bytes(input, 1, record(body));
        }
        return input;
    }

    static Buffer input(@Nullable Long match, @Nullable String fence, Buffer... records) {
        Buffer input = Buffer.buffer();
        for (Buffer record : records) {
            bytes(input, 1, record);
        }
        if (match != null) {
            varint(input, 2 << 3);
            varint(input, match);
        }
        if (fence != null) {
            bytes(input, 3, Buffer.buffer(fence));
        }
        return input;
    }

    /** @param headers names and values in turn */
    static Buffer record(String body, String... headers) {
        return record(Buffer.buffer(body), headers);
    }

    static Buffer record(Buffer body, String... headers) {
        Buffer record = Buffer.buffer();
        for (int i = 0; i < headers.length; i += 2) {
            Buffer header = Buffer.buffer();
            bytes(header, 1, Buffer.buffer(headers[i]));
            bytes(header, 2, Buffer.buffer(headers[i + 1]));
            bytes(record, 2, header);
        }
        bytes(record, 3, body);
        return record;
    }

    static Acked ack(Buffer message) {
        long[] seqs = new long[4];
        ProtoReader fields = ProtoReader.of(message.getBytes());
        while (fields.next()) {
            int field = fields.field();
            seqs[field] = seq(fields.message());
        }
        return new Acked(seqs[1], seqs[2], seqs[3]);
    }

    static Gotten batch(Buffer message) {
        List<Got> records = new ArrayList<>();
        long tail = -1;
        ProtoReader fields = ProtoReader.of(message.getBytes());
        while (fields.next()) {
            if (fields.field() == 1) {
                records.add(got(fields.message()));
            } else {
                tail = seq(fields.message());
            }
        }
        return new Gotten(records, tail);
    }

    private static Got got(ProtoReader fields) {
        long seq = 0;
        List<String> headers = new ArrayList<>();
        String body = "";
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> seq = fields.varint();
                case 3 -> headers.addAll(header(fields.message()));
                case 4 -> body = fields.text();
                default -> fields.skip();
            }
        }
        return new Got(seq, headers, body);
    }

    private static List<String> header(ProtoReader fields) {
        String[] pair = {"", ""};
        while (fields.next()) {
            int place = fields.field() - 1;
            pair[place] = fields.text();
        }
        return List.of(pair);
    }

    private static long seq(ProtoReader position) {
        long seq = 0;
        while (position.next()) {
            if (position.field() == 1) {
                seq = position.varint();
            } else {
                position.skip();
            }
        }
        return seq;
    }

    private static void bytes(Buffer out, int field, Buffer value) {
        varint(out, (field << 3) | 2);
        varint(out, value.length());
        out.appendBuffer(value);
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
