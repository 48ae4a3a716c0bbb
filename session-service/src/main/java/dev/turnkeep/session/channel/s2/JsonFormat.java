package dev.turnkeep.session.channel.s2;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Batches and answers as JSON, with what is bytes in one of two forms. */
enum JsonFormat {
    /** As the text that it is in UTF-8. What is no UTF-8 is shown with replacement characters. */
    RAW {
        @Override
        String shown(Buffer bytes) {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        @Override
        Buffer meant(String field, String text) {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                throw Invalid.field(field, "a lone surrogate is no text");
            }
            return Buffer.buffer(text);
        }
    },
    BASE64 {
        @Override
        String shown(Buffer bytes) {
            return Base64.getEncoder().encodeToString(bytes.getBytes());
        }

        @Override
        Buffer meant(String field, String text) {
            try {
                return Buffer.buffer(Base64.getDecoder().decode(text));
            } catch (IllegalArgumentException e) {
                throw Invalid.field(field, "not base64");
            }
        }
    };

    static final String HEADER = "s2-format";
    static final String TYPE = "application/json";

    private static final ObjectMapper MAPPER =
            new ObjectMapper(Json.FACTORY.copy()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    abstract String shown(Buffer bytes);

    abstract Buffer meant(String field, String text);

    /** @throws Refused (400) for a header that names none */
    static JsonFormat of(@Nullable String header) {
        if (header == null || header.equals("raw")) {
            return RAW;
        }
        if (header.equals("base64")) {
            return BASE64;
        }
        throw Refused.of(400, "bad_header", HEADER + ": raw or base64");
    }

    /**
     * @throws Refused (400) for what is no JSON
     * @throws Invalid (422) for what is no batch
     */
    AppendInput input(Buffer body) {
        JsonNode input;
        try {
            input = MAPPER.readTree(body.getBytes());
        } catch (IOException e) {
            throw Refused.of(400, "bad_json", "the body is not valid JSON");
        }
        JsonNode records = input.path("records");
        if (!input.isObject() || !records.isArray()) {
            throw Invalid.field("records", "an array is required");
        }
        List<AppendInput.Item> items = new ArrayList<>(records.size());
        AppendInput.Count count = new AppendInput.Count();
        for (JsonNode record : records) {
            count.record();
            items.add(item(record, count));
        }
        return new AppendInput(items, number(input, "match_seq_num"), text(input, "fencing_token"));
    }

    private AppendInput.Item item(JsonNode record, AppendInput.Count count) {
        if (!record.isObject()) {
            throw Invalid.field("records", "each is an object");
        }
        String body = text(record, "body");
        return new AppendInput.Item(
                number(record, "timestamp"), headers(record, count), meant("body", body == null ? "" : body));
    }

    private List<RecordHeader> headers(JsonNode record, AppendInput.Count count) {
        JsonNode given = record.path("headers");
        List<RecordHeader> headers = new ArrayList<>();
        if (given.isMissingNode() || given.isNull()) {
            return headers;
        }
        if (!given.isArray()) {
            throw Invalid.field("headers", "an array of pairs of texts");
        }
        for (JsonNode pair : given) {
            if (!pair.isArray()
                    || pair.size() != 2
                    || !pair.get(0).isTextual()
                    || !pair.get(1).isTextual()) {
                throw Invalid.field("headers", "an array of pairs of texts");
            }
            count.header();
            headers.add(new RecordHeader(
                    meant("headers", pair.get(0).textValue()),
                    meant("headers", pair.get(1).textValue())));
        }
        return headers;
    }

    private static @Nullable String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw Invalid.field(name, "a text");
        }
        return value.textValue();
    }

    private static @Nullable Long number(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.canConvertToExactIntegral() || !value.canConvertToLong() || value.longValue() < 0) {
            throw Invalid.field(name, "a whole number from 0 to 2^63-1");
        }
        return value.longValue();
    }

    static Buffer ack(Ack ack) {
        return written(json -> {
            position(json, "start", ack.start());
            position(json, "end", ack.end());
            position(json, "tail", ack.tail());
        });
    }

    static Buffer tail(Position tail) {
        return written(json -> position(json, "tail", tail));
    }

    static Buffer ping(long now, Position tail) {
        return written(json -> {
            json.writeNumberField("timestamp", now);
            position(json, "tail", tail);
        });
    }

    Buffer batch(Batch batch) {
        return written(json -> {
            json.writeArrayFieldStart("records");
            for (LogRecord record : batch.records()) {
                record(json, record);
            }
            json.writeEndArray();
            if (batch.tail() != null) {
                position(json, "tail", batch.tail());
            }
        });
    }

    private void record(JsonGenerator json, LogRecord record) throws IOException {
        json.writeStartObject();
        json.writeNumberField("seq_num", record.seq());
        json.writeNumberField("timestamp", record.at().toEpochMilli());
        List<RecordHeader> headers = RecordHeader.decode(record.headers());
        if (!headers.isEmpty()) {
            json.writeArrayFieldStart("headers");
            for (RecordHeader header : headers) {
                json.writeStartArray();
                json.writeString(shown(header.name()));
                json.writeString(shown(header.value()));
                json.writeEndArray();
            }
            json.writeEndArray();
        }
        if (record.body().length() > 0) {
            json.writeStringField("body", shown(record.body()));
        }
        json.writeEndObject();
    }

    private static void position(JsonGenerator json, String name, Position position) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("seq_num", position.seq());
        json.writeNumberField("timestamp", position.time());
        json.writeEndObject();
    }

    private interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private static Buffer written(Members members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(bytes.toByteArray());
    }
}
