package dev.turnkeep.localstack.clickhouse.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The content of a stream of compressed frames, each checked before a byte of it is handed out. */
public final class FrameInputStream extends InputStream {

    private final InputStream frames;
    private byte[] content = new byte[0];
    private int position;

    public FrameInputStream(InputStream frames) {
        this.frames = frames;
    }

    @Override
    public int read() throws IOException {
        return filled() ? content[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        if (!filled()) return -1;
        int count = Math.min(length, content.length - position);
        System.arraycopy(content, position, target, offset, count);
        position += count;
        return count;
    }

    private boolean filled() throws IOException {
        while (position == content.length) {
            byte[] head = frames.readNBytes(Frame.CHECKSUM + Frame.HEADER);
            if (head.length == 0) return false;
            if (head.length < Frame.CHECKSUM + Frame.HEADER) throw new EOFException("a compressed frame ends early");
            content = content(head);
            position = 0;
        }
        return true;
    }

    private byte[] content(byte[] head) throws IOException {
        ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        CityHash128 checksum = new CityHash128(fields.getLong(0), fields.getLong(8));
        int size = fields.getInt(Frame.CHECKSUM + 1);
        int contentSize = fields.getInt(Frame.CHECKSUM + 5);
        if (size < Frame.HEADER || size > Frame.MAX_CONTENT || contentSize < 0 || contentSize > Frame.MAX_CONTENT)
            throw new FrameException("a compressed frame gives impossible sizes");
        byte[] frame = Arrays.copyOf(Arrays.copyOfRange(head, Frame.CHECKSUM, head.length), size);
        int data = size - Frame.HEADER;
        if (frames.readNBytes(frame, Frame.HEADER, data) < data)
            throw new EOFException("a compressed frame ends early");
        if (!CityHash128.of(frame, 0, size).equals(checksum))
            throw new FrameException("the checksum of a compressed frame does not match");
        return Frame.content(frame, contentSize);
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }
}
