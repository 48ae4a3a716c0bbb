package dev.turnkeep.replication.table;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Writes a value of one Postgres type, in its binary form, as a value of one ClickHouse type. Null is not its business. */
@FunctionalInterface
interface Conversion {
    void write(ByteBuffer value, RowOutput out) throws Unrepresentable;

    /** Writes a whole value: one that is too short or too long for its type is refused. */
    default void convert(ByteBuffer value, RowOutput out) throws Unrepresentable {
        ByteBuffer buffer = value.slice();
        try {
            write(buffer, out);
        } catch (BufferUnderflowException | ArithmeticException e) {
            throw new Unrepresentable("damaged or out of range");
        }
        if (buffer.hasRemaining()) throw new Unrepresentable("longer than its type");
    }
}
