package dev.turnkeep.localstack.clickhouse.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class HttpListenerTest {

    private final DisconnectWatch watch = new DisconnectWatch();
    private final CountDownLatch left = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init") // opened before each test
    private HttpListener listener;

    @BeforeEach
    void start() throws IOException {
        listener = HttpListener.start(0, this::handle);
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
        watch.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        RequestHead head = exchange.head();
        switch (head.path()) {
            case "/echo" -> {
                byte[] content = exchange.body().readAllBytes();
                OutputStream body = exchange.stream(200);
                body.write(content);
                body.close();
            }
            case "/form" -> respond(exchange, MultipartForm.read(exchange));
            case "/cut" -> exchange.stream(200).write("half of ".getBytes(UTF_8));
            case "/wait" -> watch.during(exchange, left::countDown, () -> await(left));
            case "/header" -> {
                exchange.header("X-Given", head.parameter("value"));
                exchange.respond(200, new byte[0]);
            }
            default -> respond(exchange, head);
        }
    }

    private static void respond(HttpExchange exchange, RequestHead head) throws IOException {
        exchange.respond(200, head.parameters().toString().getBytes(UTF_8));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void answersOneRequestAfterAnotherOnAConnection() throws IOException {
        // When
        String answers = talk(
                "GET /a?x=1&y=%41+z HTTP/1.1",
                "Host: h", "", "GET /b HTTP/1.1", "host: h", "CONNECTION: close", "", "");

        // Then
        assertThat(answers).containsSubsequence("HTTP/1.1 200", "{x=1, y=A z}", "HTTP/1.1 200", "{}");
    }

    @Test
    void readsBodiesByTheirLength() throws IOException {
        // When
        String answer = talk("POST /echo HTTP/1.1", "Content-Length: 5", "Connection: close", "", "hello");

        // Then
        assertThat(answer).endsWith(lines("", "5", "hello", "0", "", ""));
    }

    @Test
    void readsBodiesInChunks() throws IOException {
        // Given
        String head = lines("POST /echo HTTP/1.1", "Transfer-Encoding: chunked", "Connection: close", "", "");

        // When
        String answer = talk(head + lines("3", "abc", "A;x=y", "0123456789", "0", "Trailer: t", "", ""));

        // Then
        assertThat(answer).endsWith(lines("d", "abc0123456789", "0", "", ""));
    }

    @Test
    void goesOnAfterABodyThatNobodyRead() throws IOException {
        // Given
        String ignored = lines("POST /ignored HTTP/1.1", "Content-Length: 100000", "", "x".repeat(100_000));

        // When
        String answers = talk(ignored + lines("GET /next HTTP/1.1", "Connection: close", "", ""));

        // Then
        assertThat(answers).containsSubsequence("HTTP/1.1 200", "HTTP/1.1 200").endsWith("{}");
    }

    @Test
    void asksForABodyThatIsOfferedFirst() throws IOException {
        // When
        String answer =
                talk("POST /echo HTTP/1.1", "Expect: 100-continue", "Content-Length: 2", "Connection: close", "", "ok");

        // Then
        assertThat(answer)
                .startsWith(lines("HTTP/1.1 100 Continue", "", "HTTP/1.1 200 OK", ""))
                .contains("ok");
    }

    @Test
    void leavesAnAnswerThatWasNotEndedWithoutItsEnd() throws IOException {
        assertThat(talk("GET /cut HTTP/1.1", "", "")).doesNotContain(lines("0", "", ""));
    }

    @Test
    void noticesAClientThatLeavesWhileItWaits() throws Exception {
        // Given
        try (Socket client = connect()) {
            client.getOutputStream().write(lines("GET /wait HTTP/1.1", "", "").getBytes(ISO_8859_1));
        }

        // Then
        assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void readsFormData() throws IOException {
        // Given
        String form = lines(
                "--b",
                "Content-Disposition: form-data; name=\"query\"",
                "",
                "SELECT 1",
                "--b",
                "Content-Type: text/plain",
                "Content-Disposition: form-data; name=\"param_a\"",
                "",
                "x",
                "y",
                "--b--",
                "");

        // When
        String answer = talk(
                "POST /form?z=1 HTTP/1.1",
                "Content-Type: multipart/form-data; boundary=b",
                "Connection: close",
                "Content-Length: " + form.length(),
                "",
                form);

        // Then
        assertThat(answer).endsWith(lines("{z=1, query=SELECT 1, param_a=x", "y}"));
    }

    @Test
    void putsNoLineEndOfACallerIntoAHeader() throws IOException {
        // When
        String answer = talk("GET /header?value=a%0D%0AX-Forged:+1 HTTP/1.1", "Connection: close", "", "");

        // Then
        assertThat(answer).contains(lines("", "X-Given: a X-Forged: 1", ""));
    }

    @Test
    void refusesWhatIsNoRequest() throws IOException {
        assertThat(talk("SELECT 1", "", "")).startsWith("HTTP/1.1 400");
        assertThat(talk("GET /?a=%zz HTTP/1.1", "", "")).startsWith("HTTP/1.1 400");
        assertThat(talk("POST /echo HTTP/1.1", "Content-Length: many", "", "")).startsWith("HTTP/1.1 400");
    }

    /** Sends, and reads until the server closes the connection. */
    private String talk(String... lines) throws IOException {
        try (Socket client = connect()) {
            client.getOutputStream().write(lines(lines).getBytes(ISO_8859_1));
            return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), listener.port());
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines);
    }
}
