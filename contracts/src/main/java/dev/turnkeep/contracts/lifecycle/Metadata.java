package dev.turnkeep.contracts.lifecycle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Merging of harness metadata: member by member, last write wins, up to a size. */
public final class Metadata {
    /** The object without members. */
    public static final String EMPTY = "{}";
    /** The most that one turn may say, and a session may hold, in UTF-8 bytes. */
    public static final int CAP_BYTES = 16 * 1024;

    private Metadata() {}

    /**
     * Both texts are JSON objects. Values stay as they were given, whatever the size of their numbers. A merge that would
     * exceed the cap keeps the older object whole.
     */
    static String merge(String older, String newer) {
        if (newer.equals(EMPTY) || newer.equals(older)) {
            return older;
        }
        try {
            Map<String, RawJson> members = members(RawJson.of(older));
            members.putAll(members(RawJson.of(newer)));
            RawJson merged = object(members);
            return merged.length() > CAP_BYTES ? older : merged.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("harness metadata is checked at the border", e);
        }
    }

    private static Map<String, RawJson> members(RawJson object) throws IOException {
        Map<String, RawJson> members = new LinkedHashMap<>();
        try (JsonParser parser = Json.parser(object)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, Json.slice(parser, object));
            }
        }
        return members;
    }

    private static RawJson object(Map<String, RawJson> members) {
        ByteBuilder out = new ByteBuilder(1024).append('{');
        members.forEach((name, value) -> {
            if (out.length() > 1) {
                out.append(',');
            }
            CanonicalText.write(name, out);
            out.append(':').append(value);
        });
        return out.append('}').toJson();
    }
}
