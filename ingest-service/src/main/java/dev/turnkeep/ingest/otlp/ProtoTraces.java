package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.proto.ProtoReader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads an {@code ExportTraceServiceRequest} (opentelemetry-proto, trace/v1 and common/v1), span by span. The numbers are
 * those of its fields.
 */
final class ProtoTraces {
    private ProtoTraces() {}

    /** @throws Invalid (400) for what is none */
    static void read(RawJson body, Consumer<ReportedSpan> spans) {
        try {
            request(ProtoReader.of(body.array(), body.offset(), body.length()), spans);
        } catch (ProtoReader.Malformed e) {
            throw new Invalid(Problem.MALFORMED, null, e.getMessage());
        }
    }

    private static void request(ProtoReader request, Consumer<ReportedSpan> spans) {
        while (request.next()) {
            if (request.field() == 1) {
                resourceSpans(request.message(), spans);
            } else {
                request.skip();
            }
        }
    }

    /** The resource may stand behind its spans. */
    private static void resourceSpans(ProtoReader message, Consumer<ReportedSpan> spans) {
        Attributes resource = new Attributes();
        List<ProtoReader> scopes = new ArrayList<>();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> {
                    ProtoReader described = message.message();
                    while (described.next()) {
                        attributeOrSkip(described, 1, resource);
                    }
                }
                case 2 -> scopes.add(message.message());
                default -> message.skip();
            }
        }
        for (ProtoReader scope : scopes) {
            while (scope.next()) {
                if (scope.field() == 2) {
                    spans.accept(span(scope.message(), resource));
                } else {
                    scope.skip();
                }
            }
        }
    }

    private static ReportedSpan span(ProtoReader message, Attributes resource) {
        ReportedSpan span = new ReportedSpan(resource);
        while (message.next()) {
            switch (message.field()) {
                case 1 -> span.traceId = HexFormat.of().formatHex(message.bytes());
                case 2 -> span.spanId = HexFormat.of().formatHex(message.bytes());
                case 4 -> span.parentId = HexFormat.of().formatHex(message.bytes());
                case 7 -> span.start = message.fixed64();
                case 8 -> span.end = message.fixed64();
                case 11 -> span.add(event(message.message()));
                case 15 -> {
                    ProtoReader status = message.message();
                    while (status.next()) {
                        if (status.field() == 3) {
                            span.status = (int) status.varint();
                        } else {
                            status.skip();
                        }
                    }
                }
                default -> attributeOrSkip(message, 9, span.attributes);
            }
        }
        return span;
    }

    private static ReportedSpan.Event event(ProtoReader message) {
        String name = "";
        Attributes attributes = new Attributes();
        while (message.next()) {
            if (message.field() == 2) {
                name = message.text();
            } else {
                attributeOrSkip(message, 3, attributes);
            }
        }
        return new ReportedSpan.Event(name, attributes);
    }

    private static void attributeOrSkip(ProtoReader message, int field, Attributes into) {
        if (message.field() != field) {
            message.skip();
            return;
        }
        ProtoReader pair = message.message();
        String key = "";
        ProtoReader value = null;
        while (pair.next()) {
            switch (pair.field()) {
                case 1 -> key = pair.text();
                case 2 -> value = pair.message();
                default -> pair.skip();
            }
        }
        if (value != null && into.wants(key)) {
            ByteBuilder json = new ByteBuilder(64);
            value(value, json, 1);
            into.put(key, json.toJson());
        }
    }

    /** An {@code AnyValue} as JSON; null when it holds nothing. */
    private static void value(ProtoReader value, ByteBuilder out, int depth) {
        if (depth > Json.DEPTH / 2) {
            throw new Invalid(Problem.MALFORMED, null, "a value is nested deeper than " + Json.DEPTH / 2);
        }
        int start = out.length();
        while (value.next()) {
            // Of a repeated choice the last one counts.
            out.truncate(start);
            switch (value.field()) {
                case 1 -> CanonicalText.write(value.text(), out);
                case 2 -> out.append(value.varint() != 0 ? "true" : "false");
                case 3 -> out.append(Long.toString(value.varint()));
                case 4 -> out.append(number(Double.longBitsToDouble(value.fixed64())));
                case 5 -> list(value.message(), out, depth);
                case 6 -> object(value.message(), out, depth);
                case 7 -> CanonicalText.write(Base64.getEncoder().encodeToString(value.bytes()), out);
                default -> value.skip();
            }
        }
        if (out.length() == start) {
            out.append("null");
        }
    }

    private static String number(double number) {
        return Double.isFinite(number) ? Double.toString(number) : "null";
    }

    private static void list(ProtoReader list, ByteBuilder out, int depth) {
        out.append('[');
        boolean first = true;
        while (list.next()) {
            if (list.field() != 1) {
                list.skip();
                continue;
            }
            if (!first) {
                out.append(',');
            }
            first = false;
            value(list.message(), out, depth + 1);
        }
        out.append(']');
    }

    private static void object(ProtoReader list, ByteBuilder out, int depth) {
        out.append('{');
        boolean first = true;
        while (list.next()) {
            if (list.field() != 1) {
                list.skip();
                continue;
            }
            if (!first) {
                out.append(',');
            }
            first = false;
            member(list.message(), out, depth);
        }
        out.append('}');
    }

    private static void member(ProtoReader pair, ByteBuilder out, int depth) {
        String key = "";
        ByteBuilder json = new ByteBuilder(64);
        while (pair.next()) {
            switch (pair.field()) {
                case 1 -> key = pair.text();
                case 2 -> {
                    json.truncate(0);
                    value(pair.message(), json, depth + 1);
                }
                default -> pair.skip();
            }
        }
        CanonicalText.write(key, out);
        out.append(':');
        if (json.length() == 0) {
            out.append("null");
        } else {
            out.append(json, 0, json.length());
        }
    }
}
