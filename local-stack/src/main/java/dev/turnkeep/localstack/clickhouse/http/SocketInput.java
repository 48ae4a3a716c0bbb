package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * A socket's input. The thread that serves the connection reads; while that thread is busy with a statement, the {@link
 * DisconnectWatch} may ask whether the client left. The lock of this object keeps them apart.
 */
final class SocketInput extends InputStream {

    private static final int BUFFER = 64 * 1024;

    private final Socket socket;
    private final InputStream input;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;

    SocketInput(Socket socket) throws IOException {
        this.socket = socket;
        this.input = socket.getInputStream();
    }

    @Override
    public synchronized int read() throws IOException {
        return fill() ? buffer[position++] & 0xff : -1;
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        if (!fill()) return -1;
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        return count;
    }

    /** True when the client has closed its side. Waits a millisecond; bytes that are there are kept for later. */
    synchronized boolean clientLeft() {
        if (position == limit) {
            position = 0;
            limit = 0;
        }
        if (limit == BUFFER) return false;
        try {
            int patience = socket.getSoTimeout();
            socket.setSoTimeout(1);
            try {
                int read = input.read(buffer, limit, BUFFER - limit);
                if (read > 0) limit += read;
                return read < 0;
            } catch (SocketTimeoutException quiet) {
                return false;
            } finally {
                socket.setSoTimeout(patience);
            }
        } catch (IOException broken) {
            return true;
        }
    }

    private boolean fill() throws IOException {
        if (position < limit) return true;
        int read = input.read(buffer, 0, BUFFER);
        if (read <= 0) return false;
        position = 0;
        limit = read;
        return true;
    }
}
