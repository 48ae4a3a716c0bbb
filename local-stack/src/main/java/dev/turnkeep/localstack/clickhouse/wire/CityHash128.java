package dev.turnkeep.localstack.clickhouse.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * CityHash128 of CityHash version 1.0.2, whose results differ from later versions: the checksum of ClickHouse's
 * compressed frames.
 *
 * @param low the first eight bytes on the wire, little-endian
 * @param high the last eight
 */
record CityHash128(long low, long high) {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long K0 = 0xc3a5c85c97cb3127L;
    private static final long K1 = 0xb492b66fbe98f273L;
    private static final long K2 = 0x9ae16a3b2f90404fL;
    private static final long K3 = 0xc949d7c7509e6557L;
    private static final long PAIR = 0x9ddfea08eb382d69L;
    private static final int BLOCK = 128;

    static CityHash128 of(byte[] data, int offset, int length) {
        if (length >= 16)
            return seeded(data, offset + 16, length - 16, word(data, offset) ^ K3, word(data, offset + 8));
        if (length >= 8)
            return seeded(data, 0, 0, word(data, offset) ^ (length * K0), word(data, offset + length - 8) ^ K1);
        return seeded(data, offset, length, K0, K1);
    }

    private static CityHash128 seeded(byte[] data, int offset, int length, long low, long high) {
        return length < BLOCK ? small(data, offset, length, low, high) : large(data, offset, length, low, high);
    }

    private static CityHash128 small(byte[] data, int offset, int length, long low, long high) {
        long a = low;
        long b = high;
        long c;
        long d;
        if (length <= 16) {
            a = fold(a * K1) * K1;
            c = b * K1 + tiny(data, offset, length);
            d = fold(a + (length >= 8 ? word(data, offset) : c));
        } else {
            c = pair(word(data, offset + length - 8) + K1, a);
            d = pair(b + length, c + word(data, offset + length - 16));
            a += d;
            int at = offset;
            for (int left = length - 16; left > 0; left -= 16) {
                a = (a ^ fold(word(data, at) * K1) * K1) * K1;
                b ^= a;
                c = (c ^ fold(word(data, at + 8) * K1) * K1) * K1;
                d ^= c;
                at += 16;
            }
        }
        a = pair(a, c);
        b = pair(d, b);
        return new CityHash128(a ^ b, pair(b, a));
    }

    private static CityHash128 large(byte[] data, int offset, int length, long low, long high) {
        Lanes lanes = new Lanes(data, offset, length, low, high);
        int at = offset;
        int left = length;
        for (; left >= BLOCK; left -= BLOCK) {
            lanes.step(data, at);
            lanes.step(data, at + BLOCK / 2);
            at += BLOCK;
        }
        return lanes.finish(data, at, left);
    }

    /** The running state over blocks: 56 bytes of it, as the algorithm has it. */
    private static final class Lanes {
        private long x;
        private long y;
        private long z;
        private long v1;
        private long v2;
        private long w1;
        private long w2;

        Lanes(byte[] data, int offset, int length, long low, long high) {
            x = low;
            y = high;
            z = length * K1;
            v1 = Long.rotateRight(y ^ K1, 49) * K1 + word(data, offset);
            v2 = Long.rotateRight(v1, 42) * K1 + word(data, offset + 8);
            w1 = Long.rotateRight(y + z, 35) * K1 + x;
            w2 = Long.rotateRight(x + word(data, offset + 88), 53) * K1;
        }

        void step(byte[] data, int at) {
            x = Long.rotateRight(x + y + v1 + word(data, at + 16), 37) * K1;
            y = Long.rotateRight(y + v2 + word(data, at + 48), 42) * K1;
            x ^= w2;
            y ^= v1;
            z = Long.rotateRight(z ^ w1, 33);
            weakV(data, at, v2 * K1, x + w1);
            weakW(data, at + 32, z + w2, y);
            long swapped = z;
            z = x;
            x = swapped;
        }

        CityHash128 finish(byte[] data, int at, int left) {
            y += Long.rotateRight(w1, 37) * K0 + z;
            x += Long.rotateRight(v1 + z, 49) * K0;
            // The tail in pieces of 32 from its end; the last piece may reach back into the blocks before it.
            for (int done = 32; done < left + 32; done += 32) {
                int piece = at + left - done;
                y = Long.rotateRight(y - x, 42) * K0 + v2;
                w1 += word(data, piece + 16);
                x = Long.rotateRight(x, 49) * K0 + w1;
                w1 += v1;
                weakV(data, piece, v1, v2);
            }
            x = pair(x, v1);
            y = pair(y, w1);
            return new CityHash128(pair(x + v2, w2) + y, pair(x + w2, y + v2));
        }

        private void weakV(byte[] data, int at, long seed1, long seed2) {
            long a = seed1 + word(data, at);
            long b = Long.rotateRight(seed2 + a + word(data, at + 24), 21);
            long c = a + word(data, at + 8) + word(data, at + 16);
            v1 = c + word(data, at + 24);
            v2 = b + Long.rotateRight(c, 44) + a;
        }

        private void weakW(byte[] data, int at, long seed1, long seed2) {
            long a = seed1 + word(data, at);
            long b = Long.rotateRight(seed2 + a + word(data, at + 24), 21);
            long c = a + word(data, at + 8) + word(data, at + 16);
            w1 = c + word(data, at + 24);
            w2 = b + Long.rotateRight(c, 44) + a;
        }
    }

    private static long tiny(byte[] data, int offset, int length) {
        if (length > 8) {
            long first = word(data, offset);
            long last = word(data, offset + length - 8);
            return pair(first, Long.rotateRight(last + length, length)) ^ last;
        }
        if (length >= 4) {
            long first = Integer.toUnsignedLong((int) INT.get(data, offset));
            long last = Integer.toUnsignedLong((int) INT.get(data, offset + length - 4));
            return pair(length + (first << 3), last);
        }
        if (length == 0) return K2;
        int ends = (data[offset] & 0xff) + ((data[offset + (length >> 1)] & 0xff) << 8);
        int size = length + ((data[offset + length - 1] & 0xff) << 2);
        return fold(ends * K2 ^ size * K3) * K2;
    }

    private static long fold(long value) {
        return value ^ (value >>> 47);
    }

    private static long pair(long u, long v) {
        long a = fold((u ^ v) * PAIR);
        return fold((v ^ a) * PAIR) * PAIR;
    }

    private static long word(byte[] data, int at) {
        return (long) LONG.get(data, at);
    }
}
