package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Accepts connections on the loopback interface and serves each on a platform thread of its own: the engine's calls
 * block in native code. Beyond the largest number of connections, new ones wait to be accepted.
 */
public final class HttpListener implements AutoCloseable {

    /** Answers one request; what it throws ends the connection. */
    @FunctionalInterface
    public interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private static final int CONNECTIONS = 256;
    // As large as a server's: the engine judges by it how deep an expression may be. Only what is used takes memory.
    private static final long STACK = 16L * 1024 * 1024;
    private static final int BACKLOG = 512;
    private static final int IDLE_MILLIS = 35_000;

    private final ServerSocket server;
    private final Handler handler;
    private final Semaphore places = new Semaphore(CONNECTIONS);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private HttpListener(ServerSocket server, Handler handler) {
        this.server = server;
        this.handler = handler;
    }

    /** @param port 0 for any free one */
    public static HttpListener start(int port, Handler handler) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        HttpListener listener = new HttpListener(server, handler);
        new Thread(listener::accept, "accept").start();
        return listener;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Stops accepting and breaks the connections that are open. */
    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) socket.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            places.acquireUninterruptibly();
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofPlatform()
                        .name("client-" + socket.getPort())
                        .daemon()
                        .stackSize(STACK)
                        .start(() -> serve(socket));
            } catch (IOException closing) {
                places.release();
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(IDLE_MILLIS);
            exchanges(socket);
        } catch (IOException gone) {
            // The client left, or has been idle for too long: nobody to tell, and closing is the answer.
        } finally {
            open.remove(socket);
            places.release();
        }
    }

    private void exchanges(Socket socket) throws IOException {
        SocketInput input = new SocketInput(socket);
        try {
            boolean goingOn = true;
            while (goingOn) {
                HttpExchange exchange = HttpExchange.next(socket, input);
                if (exchange == null) return;
                handler.handle(exchange);
                goingOn = exchange.reusable();
            }
        } catch (MalformedRequestException e) {
            refuse(socket, e);
        }
    }

    private static void refuse(Socket socket, MalformedRequestException reason) {
        byte[] text = (reason.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: " + text.length + "\r\n\r\n";
        try {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(text);
        } catch (IOException gone) {
            // It left before it was told.
        }
    }
}
