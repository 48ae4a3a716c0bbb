package dev.turnkeep.replication.table;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** A way to a server that can be shut: connections are cut and new ones are refused at once, as when the server is down. */
final class Gate implements AutoCloseable {
    private static final String REQUEST = "POST /?";

    private final URI server;
    private final ServerSocket listener;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean open = true;
    private volatile String setting = "";

    Gate(URI server) {
        this.server = server;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("gate").start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    void shut() {
        open = false;
        connections.forEach(Gate::cut);
    }

    void open() {
        open = true;
    }

    /** From now on requests come as if the server's own configuration had this setting, {@code name=value}; empty: none. */
    void set(String nameAndValue) {
        setting = nameAndValue;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (open) forward(client);
                else cut(client);
            } catch (IOException e) {
                // The listener was closed, or the server is away: the client sees its connection end.
            }
        }
    }

    private void forward(Socket client) throws IOException {
        Socket there = new Socket(server.getHost(), server.getPort());
        connections.add(client);
        connections.add(there);
        Thread.ofVirtual().start(() -> pump(client, there, this::asSet));
        Thread.ofVirtual().start(() -> pump(there, client, bytes -> bytes));
    }

    private void pump(Socket from, Socket to, UnaryOperator<byte[]> edit) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] chunk = new byte[1 << 16];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk))
                out.write(edit.apply(Arrays.copyOf(chunk, read)));
        } catch (IOException e) {
            // Either side went away; so does the other.
        } finally {
            cut(from);
            cut(to);
            connections.remove(from);
            connections.remove(to);
        }
    }

    /** A client sends a request when the one before is answered, so each begins a chunk. */
    private byte[] asSet(byte[] chunk) {
        String text = new String(chunk, StandardCharsets.ISO_8859_1);
        return setting.isEmpty() || !text.startsWith(REQUEST)
                ? chunk
                : (REQUEST + setting + "&" + text.substring(REQUEST.length())).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        shut();
    }
}
