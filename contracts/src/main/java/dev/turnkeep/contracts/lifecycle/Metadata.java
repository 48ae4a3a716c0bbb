package dev.turnkeep.contracts.lifecycle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Merging of harness metadata: member by member, last write wins, up to a size. */
public final class Metadata {
    /** The object without members. */
    public static final String EMPTY = "{}";
    /** The most that one turn may say, and a session may hold, in UTF-8 bytes. */
    public static final int CAP_BYTES = 16 * 1024;

    private static final JsonFactory JSON = new JsonFactory();

    private Metadata() {}

    /** Both texts are JSON objects. A merge that would exceed the cap keeps the older object whole. */
    static String merge(String older, String newer) {
        if (newer.equals(EMPTY) || newer.equals(older)) {
            return older;
        }
        if (older.equals(EMPTY)) {
            return newer;
        }
        try {
            Map<String, String> members = members(older);
            members.putAll(members(newer));
            String merged = object(members);
            return merged.getBytes(StandardCharsets.UTF_8).length > CAP_BYTES ? older : merged;
        } catch (IOException e) {
            throw new UncheckedIOException("harness metadata is checked at the border", e);
        }
    }

    private static Map<String, String> members(String object) throws IOException {
        Map<String, String> members = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(object)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, value(parser));
            }
        }
        return members;
    }

    private static String value(JsonParser parser) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            generator.copyCurrentStructureExact(parser);
        }
        return text.toString();
    }

    private static String object(Map<String, String> members) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            generator.writeStartObject();
            for (Map.Entry<String, String> member : members.entrySet()) {
                generator.writeFieldName(member.getKey());
                generator.writeRawValue(member.getValue());
            }
            generator.writeEndObject();
        }
        return text.toString();
    }
}
