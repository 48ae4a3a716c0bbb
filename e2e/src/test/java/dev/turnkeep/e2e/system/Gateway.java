package dev.turnkeep.e2e.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One address for several nodes: new connections go to the node that is named last, those that are open stay. It can be shut:
 * whoever comes through it then finds nobody.
 */
public final class Gateway implements AutoCloseable {
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile InetSocketAddress node;
    private volatile boolean shut;

    public Gateway(URI first) {
        this.node = address(first);
        try {
            this.listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    public void to(URI next) {
        node = address(next);
    }

    /** Cuts those that are open, too. */
    public void shut() {
        shut = true;
        open.forEach(this::drop);
    }

    public void open() {
        shut = false;
    }

    private static InetSocketAddress address(URI uri) {
        return new InetSocketAddress(uri.getHost(), uri.getPort());
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException closed) {
                // The listener is closed, or the one that came has gone already.
            }
        }
    }

    private void connect(Socket client) {
        Socket behind = new Socket();
        open.add(client);
        open.add(behind);
        try {
            if (shut) {
                throw new IOException("shut");
            }
            behind.connect(node);
            Thread.ofVirtual().start(() -> pass(client, behind));
            pass(behind, client);
        } catch (IOException nobody) {
            drop(client);
            drop(behind);
        }
    }

    private void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException gone) {
            // One of the two has ended; the other follows.
        } finally {
            drop(from);
            drop(to);
        }
    }

    private void drop(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        shut();
    }
}
