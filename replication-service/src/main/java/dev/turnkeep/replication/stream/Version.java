package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * Which of two states of a row is the newer one: strictly increasing per row, and the same on every replay. A change's
 * own position would not do: one can lie below the consistent point of the slot that sends it.
 *
 * @param commit the position of the commit record
 * @param index of the change in its transaction, from 1; 0 is a snapshot's
 */
public record Version(Lsn commit, long index) implements Comparable<Version> {
    public Version {
        if (index < 0) {
            throw new IllegalArgumentException("a change is counted from 1");
        }
    }

    /** As an unsigned number of 128 bits: the position in the upper half, the index in the lower one. */
    public BigInteger toUInt128() {
        byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(commit.value())
                .putLong(index)
                .array();
        return new BigInteger(1, bytes);
    }

    @Override
    public int compareTo(Version other) {
        int order = commit.compareTo(other.commit);
        return order != 0 ? order : Long.compare(index, other.index);
    }
}
