package dev.turnkeep.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Exports to post, written in the JSON form; {@link #protobuf} is the same in the binary one. */
public final class Spans {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Spans() {}

    /** A span of a call in the conversation, whose attributes are given as plain JSON. */
    public static String export(String spanId, String attributes, String... events) {
        ObjectNode span = object();
        span.put("traceId", "5B8EFFF798038103D269B633813FC60C").put("spanId", spanId);
        span.put("name", "chat m").put("kind", 3);
        span.put("startTimeUnixNano", "1772366400000000000").put("endTimeUnixNano", "1772366401500000000");
        span.set("attributes", attributes(tree(attributes)));
        ArrayNode list = span.putArray("events");
        for (String event : events) {
            ObjectNode given = (ObjectNode) tree(event);
            list.addObject()
                    .put("timeUnixNano", "1772366400000000001")
                    .put("name", given.remove("name").asText())
                    .set("attributes", attributes(given));
        }
        ObjectNode resourceSpans = object();
        resourceSpans.putArray("scopeSpans").addObject().putArray("spans").add(span);
        resourceSpans
                .putObject("resource")
                .set("attributes", attributes(tree("{\"service.name\":\"shop\",\"service.version\":\"1.2\"}")));
        ObjectNode export = object();
        export.putArray("resourceSpans").add(resourceSpans);
        return export.toString();
    }

    /** The span of an export as the child of another. */
    static String within(String parent, String export) {
        JsonNode tree = tree(export);
        only(tree).put("parentSpanId", parent);
        return tree.toString();
    }

    /** The span of an export, begun later than others and over sooner. */
    static String later(String export) {
        JsonNode tree = tree(export);
        only(tree).put("startTimeUnixNano", "1772366400100000000").put("endTimeUnixNano", "1772366401400000000");
        return tree.toString();
    }

    /** The span of an export as one that failed. */
    static String failed(String export) {
        JsonNode tree = tree(export);
        only(tree).putObject("status").put("code", 2);
        return tree.toString();
    }

    /** The spans of two exports in one. */
    public static String together(String first, String second) {
        JsonNode tree = tree(first);
        ((ArrayNode) tree.at("/resourceSpans/0/scopeSpans/0/spans")).add(only(tree(second)));
        return tree.toString();
    }

    private static ObjectNode only(JsonNode export) {
        return (ObjectNode) export.at("/resourceSpans/0/scopeSpans/0/spans/0");
    }

    private static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ArrayNode attributes(JsonNode object) {
        ArrayNode list = JSON.createArrayNode();
        object.properties()
                .forEach(member -> list.addObject().put("key", member.getKey()).set("value", any(member.getValue())));
        return list;
    }

    private static ObjectNode any(JsonNode value) {
        ObjectNode any = object();
        if (value.isTextual()) {
            any.put("stringValue", value.asText());
        } else if (value.isBoolean()) {
            any.put("boolValue", value.asBoolean());
        } else if (value.isIntegralNumber()) {
            any.put("intValue", value.asText());
        } else if (value.isNumber()) {
            any.put("doubleValue", value.asDouble());
        } else if (value.isArray()) {
            ArrayNode values = any.putObject("arrayValue").putArray("values");
            value.forEach(each -> values.add(any(each)));
        } else if (value.isObject()) {
            any.putObject("kvlistValue").set("values", attributes(value));
        }
        return any;
    }

    /** The same export as protobuf, written field by field. */
    public static byte[] protobuf(String export) {
        Message request = new Message();
        tree(export).path("resourceSpans").forEach(each -> {
            Message resourceSpans = new Message();
            each.path("scopeSpans").forEach(scope -> {
                Message spans = new Message();
                scope.path("spans").forEach(span -> spans.bytes(2, span(span).toBytes()));
                resourceSpans.bytes(
                        2,
                        spans.bytes(3, "schema".getBytes(StandardCharsets.UTF_8))
                                .toBytes());
            });
            resourceSpans.bytes(
                    1,
                    attributes(new Message(), 1, each.at("/resource/attributes"))
                            .toBytes());
            request.bytes(1, resourceSpans.toBytes());
        });
        return request.toBytes();
    }

    private static Message span(JsonNode span) {
        Message message = new Message();
        message.bytes(1, HexFormat.of().parseHex(span.path("traceId").asText()));
        message.bytes(2, HexFormat.of().parseHex(span.path("spanId").asText()));
        if (span.has("parentSpanId")) {
            message.bytes(4, HexFormat.of().parseHex(span.path("parentSpanId").asText()));
        }
        message.bytes(5, span.path("name").asText().getBytes(StandardCharsets.UTF_8));
        message.varint(6, span.path("kind").asInt());
        message.fixed64(7, span.path("startTimeUnixNano").asLong());
        message.fixed64(8, span.path("endTimeUnixNano").asLong());
        attributes(message, 9, span.path("attributes"));
        span.path("events").forEach(event -> {
            Message written = new Message();
            written.fixed64(1, event.path("timeUnixNano").asLong());
            written.bytes(2, event.path("name").asText().getBytes(StandardCharsets.UTF_8));
            message.bytes(11, attributes(written, 3, event.path("attributes")).toBytes());
        });
        if (span.has("status")) {
            message.bytes(
                    15, new Message().varint(3, span.at("/status/code").asInt()).toBytes());
        }
        return message.fixed32(16, 1);
    }

    private static Message attributes(Message into, int field, JsonNode list) {
        list.forEach(pair -> into.bytes(
                field,
                new Message()
                        .bytes(1, pair.path("key").asText().getBytes(StandardCharsets.UTF_8))
                        .bytes(2, any(pair.path("value"), new Message()).toBytes())
                        .toBytes()));
        return into;
    }

    private static Message any(JsonNode value, Message message) {
        value.properties().forEach(choice -> {
            JsonNode given = choice.getValue();
            switch (choice.getKey()) {
                case "stringValue" -> message.bytes(1, given.asText().getBytes(StandardCharsets.UTF_8));
                case "boolValue" -> message.varint(2, given.asBoolean() ? 1 : 0);
                case "intValue" -> message.varint(3, given.asLong());
                case "doubleValue" -> message.fixed64(4, Double.doubleToLongBits(given.asDouble()));
                case "arrayValue" -> {
                    Message list = new Message();
                    given.path("values")
                            .forEach(each ->
                                    list.bytes(1, any(each, new Message()).toBytes()));
                    message.bytes(5, list.toBytes());
                }
                case "kvlistValue" ->
                    message.bytes(
                            6,
                            attributes(new Message(), 1, given.path("values")).toBytes());
                default -> throw new IllegalArgumentException(choice.getKey());
            }
        });
        return message;
    }

    /** A protobuf message under construction. */
    static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            raw((long) field << 3);
            raw(value);
            return this;
        }

        Message fixed64(int field, long value) {
            raw(((long) field << 3) | 1);
            out.writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
            return this;
        }

        Message fixed32(int field, int value) {
            raw(((long) field << 3) | 5);
            out.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
            return this;
        }

        Message bytes(int field, byte[] bytes) {
            raw(((long) field << 3) | 2);
            raw(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        byte[] toBytes() {
            return out.toByteArray();
        }
    }
}
