package dev.turnkeep.localstack.clickhouse.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.turnkeep.localstack.clickhouse.engine.ChdbResult;
import dev.turnkeep.localstack.clickhouse.engine.Progress;
import dev.turnkeep.localstack.clickhouse.http.HttpExchange;
import dev.turnkeep.localstack.clickhouse.wire.FrameOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A result on its way to the client. The first part is held back, so that an early failure can still be told with its
 * status, and so that the summary of a small result is whole. Once it has begun, only {@link #end} makes it complete:
 * every other way out leaves it cut.
 */
final class Answer implements AutoCloseable {

    private static final int HELD_BACK = 512 * 1024;
    private static final int COPY = 64 * 1024;

    private final HttpExchange exchange;
    private final QueryRequest request;
    private final Spill held;
    private final byte[] copy = new byte[COPY];
    private final long began = System.nanoTime();
    private Progress progress = Progress.NONE;
    private @Nullable OutputStream output;
    private boolean ended;

    Answer(HttpExchange exchange, QueryRequest request, Path folder) {
        this.exchange = exchange;
        this.request = request;
        this.held = new Spill(folder);
    }

    void add(Progress more) {
        progress = progress.plus(more);
    }

    void add(ChdbResult piece, long from) throws IOException {
        add(piece.progress());
        MemorySegment data = piece.data();
        for (long at = from; at < data.byteSize(); at += COPY) {
            int count = (int) Math.min(COPY, data.byteSize() - at);
            MemorySegment.copy(data, JAVA_BYTE, at, copy, 0, count);
            if (output != null) output.write(copy, 0, count);
            else hold(count);
        }
    }

    /** Only after the statement has ended well, and what it ran on is free for the next request. */
    void end() throws IOException {
        if (output == null) begin();
        if (output != null) output.close();
        ended = true;
    }

    @Override
    public void close() throws IOException {
        held.close();
        if (output == null || ended) return;
        // What encodes holds memory that nobody else frees; the end that it writes must not reach the client.
        exchange.cut();
        output.close();
    }

    private void hold(int count) throws IOException {
        if (!request.wholeFirst() && held.inMemory() + count > HELD_BACK) begin().write(copy, 0, count);
        else held.write(copy, 0, count);
    }

    private OutputStream begin() throws IOException {
        exchange.header("X-ClickHouse-Summary", summary());
        request.coding().ifPresent(coding -> exchange.header("Content-Encoding", coding.header()));
        OutputStream begun = exchange.stream(200);
        if (request.coding().isPresent()) begun = request.coding().get().encode(begun);
        if (request.framesOut()) begun = new FrameOutputStream(begun);
        output = begun;
        held.moveTo(begun);
        return begun;
    }

    private String summary() {
        return """
                {"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d",\
                "total_rows_to_read":"0","result_rows":"%d","result_bytes":"%d","elapsed_ns":"%d"}""".formatted(
                        progress.readRows(),
                        progress.readBytes(),
                        progress.writtenRows(),
                        progress.writtenBytes(),
                        progress.writtenRows(),
                        progress.writtenBytes(),
                        System.nanoTime() - began);
    }
}
