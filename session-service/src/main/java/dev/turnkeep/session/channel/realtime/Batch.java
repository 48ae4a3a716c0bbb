package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Events as this protocol's clients parse them. Clients go by the {@code seq_num} of each record; the id of an event is its
 * last record's, so that one that only knows ids goes on at the right place, too.
 */
final class Batch {
    private static final Buffer DONE = Buffer.buffer("data: [DONE]\n\n");
    private static final Buffer STOPPING = Buffer.buffer(
            "event: error\ndata: {\"error\":\"the connection ends here: go on after the last record\"}\n\n");

    private Batch() {}

    /** All records of a page, commands included: they move the reader's place. */
    static Buffer event(Page page) {
        List<LogRecord> records = page.records();
        Buffer data = Buffer.buffer(256).appendString("{\"records\":[");
        for (int i = 0; i < records.size(); i++) {
            if (i > 0) {
                data.appendByte((byte) ',');
            }
            append(data, records.get(i));
        }
        LogRecord last = records.getLast();
        data.appendString("],\"tail\":{\"seq_num\":")
                .appendString(Long.toString(Math.max(page.end().next(), last.seq() + 1)))
                .appendString(",\"timestamp\":")
                .appendString(Long.toString(last.at().toEpochMilli()))
                .appendString("}}");
        return Buffer.buffer(data.length() + 64)
                .appendString("id: " + last.seq() + "," + records.size() + "," + data.length())
                .appendString("\nevent: batch\ndata: ")
                .appendBuffer(data)
                .appendString("\n\n");
    }

    /**
     * The first event of a stream that begins with what comes: a command that says where. To its client it is nothing but a
     * place, to come back to before it has seen any record.
     *
     * @param seq of the newest record; -1 when there is none
     */
    static Buffer start(long seq, Instant now) {
        long time = now.toEpochMilli();
        String data = "{\"records\":[{\"seq_num\":" + seq + ",\"timestamp\":" + time
                + ",\"body\":\"\",\"headers\":[[\"\",\"start\"]]}],\"tail\":{\"seq_num\":" + (seq + 1)
                + ",\"timestamp\":"
                + time + "}}";
        return Buffer.buffer("id: " + seq + ",1," + data.length() + "\nevent: batch\ndata: " + data + "\n\n");
    }

    static Buffer ping(Instant now) {
        return Buffer.buffer("event: ping\ndata: {\"timestamp\":" + now.toEpochMilli() + "}\n\n");
    }

    /** The last event of a stream that ends as it should. */
    static Buffer done() {
        return DONE;
    }

    /** Makes clients come back: to them an end without it would be the end of the stream. */
    static Buffer error() {
        return STOPPING;
    }

    private static void append(Buffer out, LogRecord record) {
        out.appendString("{\"seq_num\":")
                .appendString(Long.toString(record.seq()))
                .appendString(",\"timestamp\":")
                .appendString(Long.toString(record.at().toEpochMilli()))
                .appendString(",\"body\":")
                .appendBytes(Envelope.quoted(Envelope.body(record).toString(StandardCharsets.UTF_8)));
        headers(out, record);
        out.appendByte((byte) '}');
    }

    /** Absent when there are none. */
    static void headers(Buffer out, LogRecord record) {
        List<RecordHeader> headers = RecordHeader.decode(record.headers());
        if (headers.isEmpty()) {
            return;
        }
        out.appendString(",\"headers\":[");
        for (int i = 0; i < headers.size(); i++) {
            out.appendString(i > 0 ? ",[" : "[")
                    .appendBytes(text(headers.get(i).name()))
                    .appendByte((byte) ',')
                    .appendBytes(text(headers.get(i).value()))
                    .appendByte((byte) ']');
        }
        out.appendByte((byte) ']');
    }

    private static byte[] text(Buffer bytes) {
        return Envelope.quoted(bytes.toString(StandardCharsets.UTF_8));
    }
}
