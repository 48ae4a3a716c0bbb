package dev.turnkeep.session.channel.realtime;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.NewRecord;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** The form in which this protocol's readers find data: {@code {"data":…,"id":"part"}}. */
final class Envelope {
    private static final byte[] DATA = "{\"data\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ID = ",\"id\":".getBytes(StandardCharsets.US_ASCII);
    private static final JsonStringEncoder QUOTING = JsonStringEncoder.getInstance();

    private Envelope() {}

    /**
     * A text that is appended over HTTP: its readers get it as a string, whatever it says.
     *
     * @param part what its writer calls it
     * @throws Invalid (413) when it is too large in its envelope, with the size and the limit; (400) when it is no UTF-8
     */
    static NewRecord of(Buffer text, String part) {
        byte[] bytes = text.getBytes();
        if (Utf8.firstInvalid(bytes, 0, bytes.length) >= 0) {
            throw new Invalid(Problem.MALFORMED, null, "The body is not UTF-8");
        }
        String id = NewRecord.part(part, 0);
        NewRecord packed = new NewRecord(
                Kind.ENVELOPE, around(quoted(new String(bytes, StandardCharsets.UTF_8)), id), List.of(), id);
        if (packed.metered() > Append.RECORD_SIZE) {
            throw Invalid.tooLarge(
                    "Record metered size " + packed.metered() + " exceeds the limit of " + Append.RECORD_SIZE
                            + " bytes",
                    packed.metered(),
                    Append.RECORD_SIZE);
        }
        return packed;
    }

    /** The body that this protocol's readers are shown: what other protocols wrote is given an envelope. */
    static Buffer body(LogRecord record) {
        return switch (record.kind()) {
            case ENVELOPE, CONTROL, COMMAND -> record.body();
            case RAW, TEXT -> around(value(record), part(record));
        };
    }

    /** As {@code {"data":…,"id":"part","seqNum":n,"headers":[…]}}; the data of what has only headers is an empty string. */
    static void appendRecord(Buffer out, LogRecord record) {
        Content content =
                switch (record.kind()) {
                    case ENVELOPE -> opened(record);
                    case RAW, TEXT -> new Content(value(record), part(record));
                    case CONTROL, COMMAND -> new Content(quoted(text(record)), part(record));
                };
        out.appendBytes(DATA)
                .appendBytes(content.data())
                .appendBytes(ID)
                .appendBytes(quoted(content.id()))
                .appendString(",\"seqNum\":")
                .appendString(Long.toString(record.seq()));
        Batch.headers(out, record);
        out.appendByte((byte) '}');
    }

    /** @param data JSON */
    private record Content(byte[] data, String id) {}

    private static Content opened(LogRecord record) {
        byte[] bytes = record.body().getBytes();
        RawJson source = RawJson.of(bytes, 0, bytes.length);
        byte[] data = null;
        String id = part(record);
        try (JsonParser parser = Json.parser(source)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("data")) {
                    RawJson slice = Json.slice(parser, source);
                    data = Arrays.copyOfRange(slice.array(), slice.offset(), slice.offset() + slice.length());
                } else if (name.equals("id") && parser.currentToken() == JsonToken.VALUE_STRING) {
                    id = parser.getText();
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException e) {
            data = null;
        }
        return new Content(data == null ? quoted(text(record)) : data, id);
    }

    private static String part(LogRecord record) {
        return record.partId() == null ? "seq-" + record.seq() : record.partId();
    }

    private static String text(LogRecord record) {
        return record.body().toString(StandardCharsets.UTF_8);
    }

    /** A JSON value as it is, any other text as a string, bytes that are no text in base64. */
    private static byte[] value(LogRecord record) {
        byte[] bytes = record.body().getBytes();
        if (Utf8.firstInvalid(bytes, 0, bytes.length) >= 0) {
            return quoted(Base64.getEncoder().encodeToString(bytes));
        }
        return record.kind() == Kind.RAW && isJson(bytes) ? bytes : quoted(new String(bytes, StandardCharsets.UTF_8));
    }

    private static boolean isJson(byte[] bytes) {
        try (JsonParser parser = Json.parser(RawJson.of(bytes, 0, bytes.length))) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private static Buffer around(byte[] value, String part) {
        byte[] id = quoted(part);
        return Buffer.buffer(DATA.length + value.length + ID.length + id.length + 1)
                .appendBytes(DATA)
                .appendBytes(value)
                .appendBytes(ID)
                .appendBytes(id)
                .appendByte((byte) '}');
    }

    static byte[] quoted(String text) {
        byte[] escaped = QUOTING.quoteAsUTF8(text);
        byte[] quoted = new byte[escaped.length + 2];
        quoted[0] = '"';
        System.arraycopy(escaped, 0, quoted, 1, escaped.length);
        quoted[quoted.length - 1] = '"';
        return quoted;
    }
}
