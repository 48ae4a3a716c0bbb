package dev.turnkeep.localstack.clickhouse.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DisconnectWatchTest {

    private final CountDownLatch failures = new CountDownLatch(2);
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch busy = new CountDownLatch(2);

    @Test
    void goesOnAfterOneThatCouldNotBeCancelled() throws Exception {
        try (DisconnectWatch watch = new DisconnectWatch();
                HttpListener listener = HttpListener.start(0, exchange -> serve(watch, exchange))) {
            // Given
            Socket stubborn = ask(listener, "/stubborn");
            Socket willing = ask(listener, "/willing");
            busy.await();

            // When
            stubborn.close();
            failures.await();
            willing.close();

            // Then
            assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Works until its client has left; what is done about the stubborn one fails each time. */
    private void serve(DisconnectWatch watch, HttpExchange exchange) throws IOException {
        Runnable fails = () -> {
            failures.countDown();
            throw new IllegalStateException("cannot be cancelled");
        };
        boolean stubborn = exchange.head().path().equals("/stubborn");
        watch.during(exchange, stubborn ? fails : told::countDown, () -> {
            busy.countDown();
            try {
                told.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
    }

    private static Socket ask(HttpListener listener, String path) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n").getBytes(US_ASCII));
        return client;
    }
}
