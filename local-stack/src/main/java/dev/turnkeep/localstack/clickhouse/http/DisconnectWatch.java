package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Notices clients that leave while their statement runs and nothing is read from or written to them. One thread asks
 * every watched connection in turn.
 */
public final class DisconnectWatch implements AutoCloseable {

    private static final long ROUND_MILLIS = 100;
    // As a server's http_send_timeout: a client that reads nothing must not hold its statement, and its tables, for
    // ever.
    private static final Duration SENT_WITHIN = Duration.ofSeconds(30);

    private final Map<HttpExchange, Runnable> watched = new ConcurrentHashMap<>();
    private final Thread thread;

    public DisconnectWatch() {
        thread = Thread.ofPlatform().name("disconnects").daemon().start(this::rounds);
    }

    /** What is watched over. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException;
    }

    /**
     * @param left run once per round, on the watch's thread, from the moment the client has gone until the work ends: a
     *     statement that was not there to be cancelled the first time is caught the next
     */
    public void during(HttpExchange exchange, Runnable left, Work work) throws IOException {
        watched.put(exchange, left);
        try {
            work.run();
        } finally {
            watched.remove(exchange);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void rounds() {
        try {
            while (true) {
                Thread.sleep(ROUND_MILLIS);
                watched.forEach((exchange, left) -> {
                    if (exchange.stuck(SENT_WITHIN)) exchange.breakOff();
                    if (exchange.clientLeft() && watched.containsKey(exchange)) tell(left);
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One that fails must not end the watch over all the others. */
    private static void tell(Runnable left) {
        try {
            left.run();
        } catch (RuntimeException e) {
            System.err.println("a statement whose client left could not be cancelled: " + e.getMessage());
        }
    }
}
