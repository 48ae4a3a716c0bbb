package dev.turnkeep.localstack.clickhouse.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnkeep.localstack.clickhouse.engine.Call;
import dev.turnkeep.localstack.clickhouse.engine.ChdbConnection;
import dev.turnkeep.localstack.clickhouse.engine.ChdbInsert;
import dev.turnkeep.localstack.clickhouse.engine.ChdbResult;
import dev.turnkeep.localstack.clickhouse.engine.ChdbStream;
import dev.turnkeep.localstack.clickhouse.engine.ClickHouseException;
import dev.turnkeep.localstack.clickhouse.http.DisconnectWatch;
import dev.turnkeep.localstack.clickhouse.http.HttpExchange;
import dev.turnkeep.localstack.clickhouse.http.MultipartForm;
import dev.turnkeep.localstack.clickhouse.http.RequestHead;
import dev.turnkeep.localstack.clickhouse.sql.Statement;
import dev.turnkeep.localstack.clickhouse.wire.FrameInputStream;
import dev.turnkeep.localstack.clickhouse.wire.HttpCoding;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Runs one statement for one request. */
final class QueryHandler {

    private static final Duration KILLED_WITHIN = Duration.ofSeconds(45);

    private final Connections connections;
    private final Running running;
    private final DisconnectWatch watch;
    private final Path temporary;

    QueryHandler(Connections connections, Running running, DisconnectWatch watch, Path temporary) {
        this.connections = connections;
        this.running = running;
        this.watch = watch;
        this.temporary = temporary;
    }

    /** @throws ClickHouseException for the caller to tell the client, if the response has not begun */
    void handle(HttpExchange exchange, String user) throws IOException {
        RequestHead head = MultipartForm.is(exchange.head()) ? MultipartForm.read(exchange) : exchange.head();
        QueryRequest request = QueryRequest.of(head, user);
        exchange.header("X-ClickHouse-Query-Id", request.queryId());
        try (InputStream body = body(exchange, head, request)) {
            handle(exchange, request, StatementSource.read(head.parameter("query"), body));
        }
    }

    private void handle(HttpExchange exchange, QueryRequest request, StatementSource source) throws IOException {
        String format = format(source.statement(), request);
        exchange.header("X-ClickHouse-Format", format);
        exchange.header("Content-Type", ResultFormat.contentType(format));
        try (Answer answer = new Answer(exchange, request, temporary)) {
            try (Running.Run run = running.begin(request.queryId());
                    Lease lease = connections.lease(request)) {
                run(exchange, run, request, source, format, lease.connection(), answer);
            }
            answer.end();
        }
    }

    private static InputStream body(HttpExchange exchange, RequestHead head, QueryRequest request) throws IOException {
        InputStream body = exchange.body();
        String coding = head.header("Content-Encoding");
        if (!coding.isEmpty() && !coding.equals("identity"))
            body = DecodedBody.of(
                    HttpCoding.of(coding)
                            .orElseThrow(() -> ClickHouseException.of(
                                    ClickHouseException.NOT_IMPLEMENTED,
                                    "NOT_IMPLEMENTED",
                                    "Content-Encoding " + coding)),
                    body);
        return request.framesIn() ? new FrameInputStream(body) : body;
    }

    private static String format(Statement statement, QueryRequest request) {
        Optional<String> own =
                switch (statement) {
                    case Statement.Select select -> select.format();
                    case Statement.Kill kill -> kill.format();
                    case Statement.Other other -> other.format();
                    case Statement.Insert insert -> Optional.empty();
                    case Statement.Empty empty -> throw syntaxError("Empty query");
                    case Statement.Several several ->
                        throw syntaxError("Multi-statements are not allowed: a second one begins at position "
                                + (several.second() + 1));
                };
        return own.orElse(request.format());
    }

    private static ClickHouseException syntaxError(String message) {
        return ClickHouseException.of(ClickHouseException.SYNTAX_ERROR, "SYNTAX_ERROR", message);
    }

    private void run(
            HttpExchange exchange,
            Running.Run run,
            QueryRequest request,
            StatementSource source,
            String format,
            ChdbConnection connection,
            Answer answer)
            throws IOException {
        Call call = new Call(source.sql(), format, request.parameters());
        switch (source.statement()) {
            case Statement.Insert insert -> {
                refuseToWrite(request);
                try (ChdbInsert stream =
                        connection.insert(new Call(source.sql(), insert.format(), request.parameters()))) {
                    stream.append(source.data());
                    answer.add(stream.finish());
                }
            }
            case Statement.Select select ->
                watch.during(exchange, () -> running.cancel(run.id()), () -> select(connection, format, call, answer));
            case Statement.Kill kill -> {
                refuseToWrite(request);
                whole(connection, new Call(kill.sql().getBytes(UTF_8), format, request.parameters()), answer);
                // The engine's own SYNC waits for ever: a killed statement stays on its list until its connection is
                // used again.
                if (kill.waits() && !running.await(kill.ids(), KILLED_WITHIN))
                    throw ClickHouseException.of(
                            ClickHouseException.TIMEOUT_EXCEEDED, "TIMEOUT_EXCEEDED", "A killed query still runs");
            }
            case Statement.Other other -> {
                if (!other.readOnly()) refuseToWrite(request);
                whole(connection, call, answer);
            }
            case Statement.Empty empty -> throw new AssertionError("refused before");
            case Statement.Several several -> throw new AssertionError("refused before");
        }
    }

    /** Outside of sessions the engine itself does: in one it would have to be told for all that follows, too. */
    private static void refuseToWrite(QueryRequest request) {
        if (request.readOnly() > 0 && request.session().isPresent())
            throw ClickHouseException.of(
                    ClickHouseException.READONLY, "READONLY", "Cannot execute query in readonly mode");
    }

    private static void select(ChdbConnection connection, String formatName, Call call, Answer answer)
            throws IOException {
        ResultFormat format = ResultFormat.of(formatName);
        if (format == ResultFormat.WHOLE) {
            whole(connection, call, answer);
            return;
        }
        byte[] header = new byte[0];
        boolean first = true;
        try (ChdbStream stream = connection.stream(call)) {
            for (ChdbResult next = stream.next(); next != null; next = stream.next()) {
                try (ChdbResult piece = next) {
                    MemorySegment data = piece.data();
                    if (first) header = data.asSlice(0, format.header(data)).toArray(JAVA_BYTE);
                    answer.add(piece, first ? 0 : repeated(header, data));
                    first = false;
                }
            }
        }
    }

    private static long repeated(byte[] header, MemorySegment piece) {
        boolean same = piece.byteSize() >= header.length
                && MemorySegment.ofArray(header).mismatch(piece.asSlice(0, header.length)) < 0;
        return same ? header.length : 0;
    }

    private static void whole(ChdbConnection connection, Call call, Answer answer) throws IOException {
        try (ChdbResult result = connection.query(call)) {
            answer.add(result, 0);
        }
    }
}
