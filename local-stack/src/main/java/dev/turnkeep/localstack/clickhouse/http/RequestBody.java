package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A request's body: by its length or in chunks, never beyond its end. A connection that ends before it does is a {@link
 * ClientGoneException}, never a shorter body.
 */
final class RequestBody extends InputStream {

    private static final int LINE = 1024;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketInput input;
    private final boolean chunked;
    private final OutputStream output;
    private boolean expected;
    private long left;
    private boolean begun;
    private boolean ended;

    /** @param expected the client waits for a 100 before it sends the body */
    RequestBody(SocketInput input, boolean chunked, long length, OutputStream output, boolean expected) {
        this.input = input;
        this.chunked = chunked;
        this.left = length;
        this.output = output;
        this.expected = expected;
        this.ended = !chunked && length == 0;
    }

    boolean ended() {
        return ended;
    }

    /** True while the client still waits for leave to send: nothing of the body is on its way. */
    boolean awaited() {
        return expected && !ended;
    }

    /** Not how much: whether anything may come. A decoder of gzip asks, to know whether another member follows. */
    @Override
    public int available() {
        return ended ? 0 : 1;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        if (ended) return -1;
        try {
            return readSome(target, offset, length);
        } catch (ClientGoneException | MalformedRequestException e) {
            throw e;
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
    }

    private int readSome(byte[] target, int offset, int length) throws IOException {
        if (expected) {
            expected = false;
            output.write(CONTINUE);
            output.flush();
        }
        if (chunked && left == 0 && !nextChunk()) return -1;
        int read = input.read(target, offset, (int) Math.min(length, left));
        if (read < 0) throw new ClientGoneException("the connection ended inside a request's body");
        left -= read;
        if (left == 0 && !chunked) ended = true;
        return read;
    }

    private boolean nextChunk() throws IOException {
        if (begun && !line().isEmpty()) throw new MalformedRequestException("a chunk is longer than it said");
        begun = true;
        String size = line();
        int extension = size.indexOf(';');
        try {
            left = Long.parseLong(
                    extension < 0 ? size : size.substring(0, extension).strip(), 16);
        } catch (NumberFormatException e) {
            throw new MalformedRequestException("not the size of a chunk: " + size);
        }
        if (left < 0) throw new MalformedRequestException("a negative chunk");
        if (left > 0) return true;
        for (String trailer = line(); !trailer.isEmpty(); ) trailer = line();
        ended = true;
        return false;
    }

    private String line() throws IOException {
        return RequestHead.line(input, LINE);
    }
}
