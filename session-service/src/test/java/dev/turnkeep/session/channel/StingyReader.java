package dev.turnkeep.session.channel;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One connection of HTTP/2, frame by frame, whose answers may send nothing of their bodies until they are given room: so that
 * nothing is hidden in the buffers of a client or of the machine.
 */
public final class StingyReader implements AutoCloseable {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final short INITIAL_WINDOW_SIZE = 4;

    private final Socket socket;
    private final Map<Integer, Integer> taken = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> resets = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private int next = 1;

    public StingyReader(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.getOutputStream().write(PREFACE.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        send(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort(INITIAL_WINDOW_SIZE).putInt(0).array());
        Thread.ofVirtual().start(this::read);
    }

    /**
     * Asks, and does not wait for an answer.
     *
     * @param headers names, in small letters, and values in turn
     * @return the number of its stream
     */
    public int get(String path, String... headers) {
        return open("GET", END_STREAM, path, headers);
    }

    /** As {@link #get}; what it says follows, and does not end. */
    public int post(String path, byte[] body, String... headers) {
        int stream = open("POST", 0, path, headers);
        send(DATA, 0, stream, body);
        return stream;
    }

    private int open(String method, int flags, String path, String... headers) {
        ByteBuffer block = ByteBuffer.allocate(4096);
        field(block, ":method", method);
        field(block, ":scheme", "http");
        field(block, ":authority", "localhost");
        field(block, ":path", path);
        for (int i = 0; i < headers.length; i += 2) {
            field(block, headers[i], headers[i + 1]);
        }
        byte[] bytes = new byte[block.flip().remaining()];
        block.get(bytes);
        int stream = next;
        next += 2;
        send(HEADERS, END_HEADERS | flags, stream, bytes);
        return stream;
    }

    /** Room for so many bytes more of one answer. */
    public void give(int stream, int bytes) {
        send(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    /** Whether its answer has begun. */
    public boolean isAnswered(int stream) {
        return taken.containsKey(stream);
    }

    /** How many bytes of its body have come. */
    public int taken(int stream) {
        return taken.getOrDefault(stream, 0);
    }

    /** The code with which the server gave it up; -1 while it has not. */
    public int reset(int stream) {
        return resets.getOrDefault(stream, -1);
    }

    /** Whether the connection is at its end, with all that came by it. */
    public boolean isClosed() {
        return closed;
    }

    private void read() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int lengthAndType = in.readInt();
                int type = lengthAndType & 0xff;
                int flags = in.readUnsignedByte();
                int stream = in.readInt() & Integer.MAX_VALUE;
                byte[] payload = new byte[lengthAndType >>> 8];
                in.readFully(payload);
                came(type, flags, stream, payload);
            }
        } catch (EOFException | SocketException e) {
            closed = true;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void came(int type, int flags, int stream, byte[] payload) {
        switch (type) {
            case DATA -> taken.merge(stream, payload.length, Integer::sum);
            case HEADERS -> taken.putIfAbsent(stream, 0);
            case RST_STREAM -> resets.put(stream, ByteBuffer.wrap(payload).getInt());
            case SETTINGS, PING -> {
                if ((flags & ACK) == 0) {
                    send(type, ACK, 0, type == PING ? payload : new byte[0]);
                }
            }
            default -> {
                // Says nothing about answers.
            }
        }
    }

    /** A literal that is not to be remembered, with a name of its own, in plain letters. */
    private static void field(ByteBuffer block, String name, String value) {
        block.put((byte) 0);
        text(block, name);
        text(block, value);
    }

    private static void text(ByteBuffer block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length < 127) {
            block.put((byte) bytes.length);
        } else {
            block.put((byte) 127);
            int rest = bytes.length - 127;
            for (; rest > 127; rest >>>= 7) {
                block.put((byte) (rest | 128));
            }
            block.put((byte) rest);
        }
        block.put(bytes);
    }

    private synchronized void send(int type, int flags, int stream, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload);
        try {
            socket.getOutputStream().write(frame.array());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
