package dev.turnkeep.ingest.otlp;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.ingest.turn.Fields;
import dev.turnkeep.ingest.turn.TurnJudge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the JSON form of an {@code ExportTraceServiceRequest}, span by span: ids are hexadecimal, 64-bit numbers texts. */
final class JsonTraces {
    /** Of one object: an export has many spans, but each of its messages few members. */
    private static final int MEMBERS = 1_000;

    private final RawJson source;
    private final JsonParser parser;

    private JsonTraces(RawJson source, JsonParser parser) {
        this.source = source;
        this.parser = parser;
    }

    private interface Member {
        void read(String name) throws IOException;
    }

    private interface Reading {
        void read(JsonTraces reader) throws IOException;
    }

    static void read(RawJson body, Consumer<ReportedSpan> spans) {
        TurnJudge.checkUtf8(body);
        parse(body, reader -> {
            reader.object(name -> {
                if (name.equals("resourceSpans")) {
                    reader.array(() -> reader.resourceSpans(spans));
                } else {
                    reader.parser.skipChildren();
                }
            });
            if (reader.parser.nextToken() != null) {
                throw new Invalid(Problem.MALFORMED, null, "something follows the JSON value");
            }
        });
    }

    private static void parse(RawJson json, Reading reading) {
        try (JsonParser parser = Json.parser(json)) {
            parser.nextToken();
            reading.read(new JsonTraces(json, parser));
        } catch (IOException e) {
            throw Fields.unreadable(e);
        }
    }

    /** The resource may stand behind its spans. */
    private void resourceSpans(Consumer<ReportedSpan> spans) throws IOException {
        Attributes resource = new Attributes();
        List<RawJson> scopes = new ArrayList<>();
        object(name -> {
            switch (name) {
                case "resource" ->
                    object(member -> {
                        if (member.equals("attributes")) {
                            attributes(resource);
                        } else {
                            parser.skipChildren();
                        }
                    });
                case "scopeSpans" -> scopes.add(Json.slice(parser, source));
                default -> parser.skipChildren();
            }
        });
        for (RawJson scope : scopes) {
            parse(
                    scope,
                    reader -> reader.array(() -> reader.object(name -> {
                        if (name.equals("spans")) {
                            reader.array(() -> spans.accept(reader.span(resource)));
                        } else {
                            reader.parser.skipChildren();
                        }
                    })));
        }
    }

    private ReportedSpan span(Attributes resource) throws IOException {
        ReportedSpan span = new ReportedSpan(resource);
        object(name -> {
            switch (name) {
                case "traceId" -> span.traceId = text().toLowerCase(Locale.ROOT);
                case "spanId" -> span.spanId = text().toLowerCase(Locale.ROOT);
                case "parentSpanId" -> span.parentId = text().toLowerCase(Locale.ROOT);
                case "startTimeUnixNano" -> span.start = number();
                case "endTimeUnixNano" -> span.end = number();
                case "attributes" -> attributes(span.attributes);
                case "events" -> array(() -> span.add(event()));
                case "status" ->
                    object(member -> {
                        if (member.equals("code")) {
                            span.status = (int) number();
                        } else {
                            parser.skipChildren();
                        }
                    });
                default -> parser.skipChildren();
            }
        });
        return span;
    }

    private ReportedSpan.Event event() throws IOException {
        Attributes attributes = new Attributes();
        String[] named = {""};
        object(name -> {
            switch (name) {
                case "name" -> named[0] = text();
                case "attributes" -> attributes(attributes);
                default -> parser.skipChildren();
            }
        });
        return new ReportedSpan.Event(named[0], attributes);
    }

    private void attributes(Attributes into) throws IOException {
        array(() -> {
            String[] key = {""};
            @Nullable RawJson[] value = new @Nullable RawJson[1];
            object(name -> {
                switch (name) {
                    case "key" -> key[0] = text();
                    case "value" -> value[0] = Json.slice(parser, source);
                    default -> parser.skipChildren();
                }
            });
            RawJson given = value[0];
            if (given != null && into.wants(key[0])) {
                ByteBuilder json = new ByteBuilder(given.length());
                parse(given, reader -> reader.value(json));
                into.put(key[0], json.toJson());
            }
        });
    }

    /** An {@code AnyValue} as plain JSON; null when it holds nothing. The parser bounds its depth. */
    private void value(ByteBuilder out) throws IOException {
        int start = out.length();
        object(name -> {
            // Of a repeated choice the last one counts.
            out.truncate(start);
            switch (name) {
                case "stringValue", "bytesValue" -> CanonicalText.write(text(), out);
                case "boolValue" -> out.append(parser.currentToken() == JsonToken.VALUE_TRUE ? "true" : "false");
                case "intValue" -> out.append(Long.toString(number()));
                case "doubleValue" -> out.append(parser.currentToken().isNumeric() ? parser.getText() : "null");
                case "arrayValue" -> {
                    out.append('[');
                    values(out, () -> value(out));
                    out.append(']');
                }
                case "kvlistValue" -> {
                    out.append('{');
                    values(out, () -> member(out));
                    out.append('}');
                }
                default -> parser.skipChildren();
            }
        });
        if (out.length() == start) {
            out.append("null");
        }
    }

    private void values(ByteBuilder out, Element element) throws IOException {
        object(name -> {
            if (!name.equals("values")) {
                parser.skipChildren();
                return;
            }
            boolean[] first = {true};
            array(() -> {
                if (!first[0]) {
                    out.append(',');
                }
                first[0] = false;
                element.read();
            });
        });
    }

    private void member(ByteBuilder out) throws IOException {
        String[] key = {""};
        ByteBuilder json = new ByteBuilder(64);
        object(name -> {
            switch (name) {
                case "key" -> key[0] = text();
                case "value" -> {
                    json.truncate(0);
                    value(json);
                }
                default -> parser.skipChildren();
            }
        });
        CanonicalText.write(key[0], out);
        out.append(':');
        if (json.length() == 0) {
            out.append("null");
        } else {
            out.append(json, 0, json.length());
        }
    }

    private interface Element {
        void read() throws IOException;
    }

    private void object(Member member) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw form();
        }
        int members = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            if (++members > MEMBERS) {
                throw new Invalid(Problem.MALFORMED, null, "an object has more than " + MEMBERS + " members");
            }
            String name = parser.currentName();
            parser.nextToken();
            member.read(name);
        }
    }

    private void array(Element element) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw form();
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            element.read();
        }
    }

    private String text() throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw form();
        }
        return parser.getText();
    }

    /** A 64-bit number, as a text or not. */
    private long number() throws IOException {
        try {
            return switch (parser.currentToken()) {
                case VALUE_STRING, VALUE_NUMBER_INT -> Long.parseLong(parser.getText());
                default -> throw form();
            };
        } catch (NumberFormatException e) {
            throw form();
        }
    }

    private static Invalid form() {
        return new Invalid(Problem.INVALID_ENVELOPE, null, "not the JSON of traces as OTLP has it");
    }
}
