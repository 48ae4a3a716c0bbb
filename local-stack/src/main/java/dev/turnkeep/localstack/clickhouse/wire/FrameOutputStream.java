package dev.turnkeep.localstack.clickhouse.wire;

import java.io.IOException;
import java.io.OutputStream;

/** Writes its content as LZ4 frames. {@link #close} writes the last one, and closes the stream below. */
public final class FrameOutputStream extends OutputStream {

    private static final int CONTENT = 256 * 1024;

    private final OutputStream frames;
    private final byte[] content = new byte[CONTENT];
    private int length;

    public FrameOutputStream(OutputStream frames) {
        this.frames = frames;
    }

    @Override
    public void write(int value) throws IOException {
        if (length == CONTENT) flushFrame();
        content[length++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int count) throws IOException {
        int done = 0;
        while (done < count) {
            if (length == CONTENT) flushFrame();
            int piece = Math.min(count - done, CONTENT - length);
            System.arraycopy(source, offset + done, content, length, piece);
            length += piece;
            done += piece;
        }
    }

    @Override
    public void flush() throws IOException {
        flushFrame();
        frames.flush();
    }

    @Override
    public void close() throws IOException {
        flushFrame();
        frames.close();
    }

    private void flushFrame() throws IOException {
        if (length == 0) return;
        frames.write(Frame.lz4(content, length));
        length = 0;
    }
}
