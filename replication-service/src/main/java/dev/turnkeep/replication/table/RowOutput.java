package dev.turnkeep.replication.table;

import com.clickhouse.client.api.data_formats.RowBinaryFormatSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Rows in RowBinary, written into memory. */
final class RowOutput {
    private final ByteArrayOutputStream bytes;
    private final RowBinaryFormatSerializer values;

    RowOutput(int expected) {
        bytes = new ByteArrayOutputStream(expected);
        values = new RowBinaryFormatSerializer(bytes);
    }

    /** Writes one value through the client's own serializer; memory has no reason to fail. */
    interface Value {
        void to(RowBinaryFormatSerializer serializer) throws IOException;
    }

    void value(Value value) {
        try {
            value.to(values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A string whose bytes are at hand already: no detour over characters, which would change malformed ones. */
    void string(byte[] source, int offset, int length) {
        size(length);
        bytes.write(source, offset, length);
    }

    void size(int size) {
        try {
            RowBinaryFormatSerializer.writeSize(bytes, size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void raw(byte[] source) {
        bytes.writeBytes(source);
    }

    /** What a column holds that nothing is known of: zero, the empty text, or null where it may be. */
    void absent(ColumnType type) {
        if (type.nullable()) value(RowBinaryFormatSerializer::writeNull);
        else raw(new byte[Math.max(1, type.width())]);
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
