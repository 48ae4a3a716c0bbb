package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A response's body in chunks. Without {@link #close} it has no end, and its client knows that it is not whole. */
final class ResponseBody extends OutputStream {

    private static final int BUFFER = 64 * 1024;
    private static final byte[] END = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream output;
    private final byte[] buffer = new byte[BUFFER];
    private int length;
    private boolean ended;
    private boolean cut;

    ResponseBody(OutputStream output) {
        this.output = output;
    }

    /** From here on nothing is sent any more, and it never ends. */
    void cut() {
        cut = true;
        length = 0;
    }

    boolean ended() {
        return ended;
    }

    @Override
    public void write(int value) throws IOException {
        if (length == BUFFER) chunk(buffer, 0, length);
        buffer[length++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int count) throws IOException {
        if (count > BUFFER - length) {
            chunk(buffer, 0, length);
            chunk(source, offset, count);
            return;
        }
        System.arraycopy(source, offset, buffer, length, count);
        length += count;
    }

    @Override
    public void flush() throws IOException {
        if (cut) return;
        chunk(buffer, 0, length);
        output.flush();
    }

    @Override
    public void close() throws IOException {
        if (ended || cut) return;
        chunk(buffer, 0, length);
        try {
            output.write(END);
            output.flush();
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
        ended = true;
    }

    private void chunk(byte[] source, int offset, int count) throws IOException {
        if (source == buffer) length = 0;
        if (count == 0 || cut) return;
        try {
            output.write((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            output.write(source, offset, count);
            output.write('\r');
            output.write('\n');
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
    }
}
