package dev.turnkeep.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** One kept-alive HTTP/1.1 connection that posts: as cheap as can be, since it shares the machine with what it measures. */
final class HttpConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final String LENGTH = "\r\ncontent-length:";

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] head;
    private byte[] buffer = new byte[8 * 1024];
    private int filled;

    HttpConnection(URI target, String key) throws IOException {
        socket = new Socket(target.getHost(), target.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        head = ("POST " + target.getPath() + " HTTP/1.1\r\nHost: " + target.getAuthority()
                        + "\r\nAuthorization: Bearer " + key + "\r\nContent-Type: application/json\r\nContent-Length: ")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** @throws IOException with the answer, when it is not one of success */
    String post(byte[] body) throws IOException {
        out.write(request(body));
        filled = 0;
        int end = headEnd(0);
        while (end < 0) {
            int before = filled;
            fill();
            end = headEnd(Math.max(0, before - 3));
        }
        String answered = new String(buffer, 0, end, StandardCharsets.ISO_8859_1);
        int length = length(answered);
        while (filled < end + length) {
            fill();
        }
        String answer = new String(buffer, end, length, StandardCharsets.UTF_8);
        if (!answered.startsWith("HTTP/1.1 2")) {
            throw new IOException(answered.substring(0, answered.indexOf('\r')) + " " + answer);
        }
        return answer;
    }

    /** In one piece: it would be two packets otherwise. */
    private byte[] request(byte[] body) {
        byte[] length = (body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] request = Arrays.copyOf(head, head.length + length.length + body.length);
        System.arraycopy(length, 0, request, head.length, length.length);
        System.arraycopy(body, 0, request, head.length + length.length, body.length);
        return request;
    }

    private void fill() throws IOException {
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * filled);
        }
        int read = in.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
            throw new EOFException("the service closed the connection");
        }
        filled += read;
    }

    /** Behind the empty line; negative when it has not come. */
    private int headEnd(int from) {
        for (int i = from; i + 3 < filled; i++) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    private static int length(String answered) {
        int line = answered.toLowerCase(Locale.ROOT).indexOf(LENGTH);
        if (line < 0) {
            return 0;
        }
        int start = line + LENGTH.length();
        return Integer.parseInt(
                answered.substring(start, answered.indexOf('\r', start)).strip());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
