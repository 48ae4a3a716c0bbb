package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.RawJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object that is put together from values as they were given. Of two members with one name the last counts. */
public final class JsonObject {
    private final Map<String, RawJson> members = new LinkedHashMap<>();

    public JsonObject put(String name, RawJson value) {
        members.put(name, value);
        return this;
    }

    public JsonObject put(String name, String text) {
        return put(name, text(text));
    }

    /** Takes over those members of another that it has none of. */
    public JsonObject fill(JsonObject other) {
        other.members.forEach(members::putIfAbsent);
        return this;
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** Null when there is none. */
    public @Nullable RawJson member(String name) {
        return members.get(name);
    }

    /** Leaves a member out; null when there was none. */
    public @Nullable RawJson take(String name) {
        return members.remove(name);
    }

    /** The bytes of its values. */
    public int length() {
        return members.values().stream().mapToInt(RawJson::length).sum();
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    public RawJson toJson() {
        ByteBuilder out = new ByteBuilder(256);
        out.append('{');
        writeMembers(out, true);
        return out.append('}').toJson();
    }

    /**
     * Another object with these members after its own: of two with one name the last counts.
     *
     * @param object an object that a parser has accepted
     */
    public RawJson appendedTo(RawJson object) {
        int end = object.length();
        while (at(object, end - 1) != '}') {
            end--;
        }
        int last = end - 2;
        while (isSpace(at(object, last))) {
            last--;
        }
        ByteBuilder out = new ByteBuilder(object.length() + 256);
        out.append(object.array(), object.offset(), last + 1);
        writeMembers(out, at(object, last) == '{');
        return out.append('}').toJson();
    }

    private void writeMembers(ByteBuilder out, boolean first) {
        boolean comma = !first;
        for (Map.Entry<String, RawJson> member : members.entrySet()) {
            if (comma) {
                out.append(',');
            }
            comma = true;
            CanonicalText.write(member.getKey(), out);
            out.append(':').append(member.getValue());
        }
    }

    private static byte at(RawJson object, int index) {
        return object.array()[object.offset() + index];
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    public static RawJson text(String text) {
        ByteBuilder out = new ByteBuilder(text.length() + 2);
        CanonicalText.write(text, out);
        return out.toJson();
    }

    public static RawJson array(List<RawJson> elements) {
        ByteBuilder out = new ByteBuilder(256);
        out.append('[');
        for (RawJson element : elements) {
            if (out.length() > 1) {
                out.append(',');
            }
            out.append(element);
        }
        return out.append(']').toJson();
    }
}
