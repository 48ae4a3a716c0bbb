package dev.turnkeep.session.channel.s2;

import io.vertx.core.buffer.Buffer;
import java.util.List;

/** How a session's batches are written for its reader. */
interface Output {
    String type();

    /** @param so what the reader was given so far, this batch included */
    Buffer batch(Batch batch, Allowance so);

    /** @param now in milliseconds since 1970 */
    Buffer heartbeat(long now, Position tail);

    /** What comes after the last batch. */
    Buffer end();

    Buffer last(Refusal refusal);

    /** Server-sent events. */
    record Events(JsonFormat format) implements Output {
        static final String TYPE = "text/event-stream";

        @Override
        public String type() {
            return TYPE;
        }

        @Override
        public Buffer batch(Batch batch, Allowance so) {
            long seq = batch.records().getLast().seq();
            return Buffer.buffer("event: batch\nid: " + seq + "," + so.given() + "," + so.size() + "\n")
                    .appendBuffer(data(format.batch(batch)));
        }

        @Override
        public Buffer heartbeat(long now, Position tail) {
            return Buffer.buffer("event: ping\n").appendBuffer(data(JsonFormat.ping(now, tail)));
        }

        @Override
        public Buffer end() {
            return data(Buffer.buffer("[DONE]"));
        }

        @Override
        public Buffer last(Refusal refusal) {
            return Buffer.buffer("event: error\n").appendBuffer(data(refusal.json()));
        }

        /** JSON has no line breaks of its own. */
        private static Buffer data(Buffer json) {
            return Buffer.buffer("data: ").appendBuffer(json).appendString("\n\n");
        }
    }

    /** Frames of protobuf. */
    record Framed() implements Output {
        @Override
        public String type() {
            return Frames.TYPE;
        }

        @Override
        public Buffer batch(Batch batch, Allowance so) {
            return Frames.of(Proto.batch(batch));
        }

        @Override
        public Buffer heartbeat(long now, Position tail) {
            return Frames.of(Proto.batch(new Batch(List.of(), tail)));
        }

        @Override
        public Buffer end() {
            return Buffer.buffer();
        }

        @Override
        public Buffer last(Refusal refusal) {
            return Frames.last(refusal);
        }
    }
}
