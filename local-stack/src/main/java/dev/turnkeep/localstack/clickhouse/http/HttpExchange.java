package dev.turnkeep.localstack.clickhouse.http;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. Confined to the thread that serves its connection. The response is answered whole
 * ({@link #respond}), streamed and ended ({@link #stream}), or cut short by returning with the stream left open.
 */
public final class HttpExchange {

    /** A real server tells how long it keeps an idle connection; ours lives a little longer than it says. */
    private static final String KEEP_ALIVE = "timeout=30";

    private static final long DRAINED = 64L * 1024 * 1024;

    private final RequestHead head;
    private final RequestBody body;
    private final SocketOutput socketOutput;
    private final OutputStream output;
    private final SocketInput input;
    private final Map<String, String> headers = new TreeMap<>();
    private @Nullable ResponseBody streamed;
    private boolean answered;

    private HttpExchange(RequestHead head, SocketInput input, SocketOutput socketOutput) throws IOException {
        this.head = head;
        this.input = input;
        this.socketOutput = socketOutput;
        this.output = new BufferedOutputStream(socketOutput, 8 * 1024);
        String coding = head.header("Transfer-Encoding");
        boolean chunked = coding.equalsIgnoreCase("chunked");
        if (!coding.isEmpty() && !chunked) throw new MalformedRequestException("unknown Transfer-Encoding");
        boolean expected = head.header("Expect").equalsIgnoreCase("100-continue");
        body = new RequestBody(input, chunked, chunked ? 0 : length(head), output, expected);
    }

    /** Null when the client has nothing more to ask. */
    static @Nullable HttpExchange next(Socket socket, SocketInput input) throws IOException {
        RequestHead head = RequestHead.read(input);
        return head == null ? null : new HttpExchange(head, input, new SocketOutput(socket));
    }

    private static long length(RequestHead head) throws MalformedRequestException {
        String length = head.header("Content-Length");
        if (length.isEmpty()) return 0;
        try {
            return Long.parseUnsignedLong(length);
        } catch (NumberFormatException e) {
            throw new MalformedRequestException("not a Content-Length: " + length);
        }
    }

    public RequestHead head() {
        return head;
    }

    public InputStream body() {
        return body;
    }

    /** Sets a header of the response. Line ends in the value, which may be a client's own words, are taken out. */
    public void header(String name, String value) {
        headers.put(name, value.replaceAll("[\\r\\n]+", " "));
    }

    /** True once the status has left: what goes wrong then cannot be told in words any more. */
    public boolean committed() {
        return answered || streamed != null;
    }

    public void respond(int status, byte[] content) throws IOException {
        headers.put("Content-Length", Integer.toString(content.length));
        answered = true;
        try {
            begin(status);
            if (!head.method().equals("HEAD")) output.write(content);
            output.flush();
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
    }

    /** Begins a response of unknown length. Closing the stream ends it well; leaving it open cuts the connection. */
    public OutputStream stream(int status) throws IOException {
        headers.put("Transfer-Encoding", "chunked");
        ResponseBody begun = new ResponseBody(output);
        streamed = begun;
        try {
            begin(status);
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
        return begun;
    }

    /** Leaves the response that was begun without its end: what is still written to its stream goes nowhere. */
    public void cut() {
        if (streamed != null) streamed.cut();
    }

    /** True when one write has waited for its client for so long. */
    boolean stuck(Duration patience) {
        return socketOutput.writingFor(patience);
    }

    /** Ends the connection under whatever reads from it or writes to it. */
    void breakOff() {
        socketOutput.breakOff();
    }

    /** True when the client has closed the connection. Only while this exchange's thread reads nothing from it. */
    boolean clientLeft() {
        return input.clientLeft();
    }

    /** After the handler: whether the next request can follow on this connection. */
    boolean reusable() throws IOException {
        boolean whole = streamed == null ? answered : streamed.ended();
        if (!whole || head.header("Connection").equalsIgnoreCase("close") || body.awaited()) return false;
        // The client may still be sending what nobody will read: closing now would destroy the response on its way.
        if (!body.ended()) body.skip(DRAINED);
        return body.ended() || body.read() < 0;
    }

    private void begin(int status) throws IOException {
        headers.put("Connection", "Keep-Alive");
        headers.put("Keep-Alive", KEEP_ALIVE);
        StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " " + (status < 400 ? "OK" : "Error") + "\r\n");
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        output.write(text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }
}
