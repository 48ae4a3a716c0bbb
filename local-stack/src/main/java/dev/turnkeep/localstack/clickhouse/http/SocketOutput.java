package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/** A socket's output, which tells another thread for how long a write has been waiting for the client to read. */
final class SocketOutput extends OutputStream {

    private static final long NOT_WRITING = Long.MIN_VALUE;

    private final Socket socket;
    private final OutputStream output;
    private volatile long since = NOT_WRITING;

    SocketOutput(Socket socket) throws IOException {
        this.socket = socket;
        this.output = socket.getOutputStream();
    }

    boolean writingFor(Duration patience) {
        long began = since;
        return began != NOT_WRITING && System.nanoTime() - began > patience.toNanos();
    }

    void breakOff() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is as closed as it can be.
        }
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) throws IOException {
        since = System.nanoTime();
        try {
            output.write(source, offset, count);
        } finally {
            since = NOT_WRITING;
        }
    }

    @Override
    public void flush() throws IOException {
        output.flush();
    }
}
