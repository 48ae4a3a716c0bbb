package dev.turnkeep.replication.table;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a server that can be shut: connections are cut and new ones are refused at once, as when the server is down. */
final class Gate implements AutoCloseable {
    private final URI server;
    private final ServerSocket listener;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean open = true;

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
        Thread.ofVirtual().start(() -> pump(client, there));
        Thread.ofVirtual().start(() -> pump(there, client));
    }

    private void pump(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // Either side went away; so does the other.
        } finally {
            cut(from);
            cut(to);
            connections.remove(from);
            connections.remove(to);
        }
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
