package dev.turnkeep.localstack.clickhouse.wire;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/**
 * The layout of ClickHouse's compressed frames: 16 bytes of {@link CityHash128} over all that follows, one byte of
 * method, four bytes of the size from the method on, four bytes of the size after decompression, the compressed data;
 * numbers little-endian. A stream of frames has no mark at its end.
 */
final class Frame {

    static final int CHECKSUM = 16;
    static final int HEADER = 9;
    /** More than any client puts into one frame; a size beyond it is garbage, and must not become an allocation. */
    static final int MAX_CONTENT = 32 * 1024 * 1024;

    static final byte NONE = 0x02;
    static final byte LZ4 = (byte) 0x82;
    static final byte ZSTD = (byte) 0x90;

    private static final LZ4Factory LZ4_CODEC = LZ4Factory.fastestInstance();

    private Frame() {}

    static byte[] lz4(byte[] content, int length) {
        var codec = LZ4_CODEC.fastCompressor();
        byte[] frame = new byte[CHECKSUM + HEADER + codec.maxCompressedLength(length)];
        int compressed = codec.compress(content, 0, length, frame, CHECKSUM + HEADER);
        int size = HEADER + compressed;
        ByteBuffer buffer = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(CHECKSUM).put(LZ4).putInt(size).putInt(length);
        CityHash128 checksum = CityHash128.of(frame, CHECKSUM, size);
        buffer.putLong(0, checksum.low()).putLong(8, checksum.high()).limit(CHECKSUM + size);
        byte[] trimmed = new byte[CHECKSUM + size];
        buffer.get(0, trimmed);
        return trimmed;
    }

    /**
     * The content of a frame.
     *
     * @param frame from its method byte on
     * @throws FrameException when it does not decompress to the size it gives
     */
    static byte[] content(byte[] frame, int contentSize) throws FrameException {
        byte[] content = new byte[contentSize];
        int size = frame.length - HEADER;
        try {
            long got =
                    switch (frame[0]) {
                        case NONE -> {
                            if (size == contentSize) System.arraycopy(frame, HEADER, content, 0, size);
                            yield size;
                        }
                        case LZ4 -> LZ4_CODEC.safeDecompressor().decompress(frame, HEADER, size, content, 0);
                        case ZSTD -> Zstd.decompressByteArray(content, 0, contentSize, frame, HEADER, size);
                        default -> throw new FrameException("unknown compression method " + (frame[0] & 0xff));
                    };
            if (got == contentSize) return content;
        } catch (LZ4Exception e) {
            throw new FrameException("broken LZ4 data", e);
        }
        throw new FrameException("a compressed frame does not have the size that it gives");
    }
}
