package dev.turnkeep.ingest.turn;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The members of one small object that are asked for: texts, and values kept as given. {@code null} is absent; of a
 * repeated member the last one counts; a member of the wrong type is refused (400).
 */
public final class Fields {
    static final Fields NONE = new Fields("", Map.of(), Map.of());

    private final String path;
    private final Map<String, String> texts;
    private final Map<String, RawJson> raws;

    private Fields(String path, Map<String, String> texts, Map<String, RawJson> raws) {
        this.path = path;
        this.texts = texts;
        this.raws = raws;
    }

    /**
     * Reads an object, and makes sure that nothing follows it.
     *
     * @param path where it stands, null for the whole input
     * @throws Invalid (400) for anything else
     */
    public static Fields read(@Nullable String path, RawJson source, Set<String> textNames, Set<String> rawNames) {
        try (JsonParser parser = Json.limitedParser(source)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Invalid(
                        Problem.INVALID_ENVELOPE, path, (path == null ? "the turn" : path) + " must be an object");
            }
            Fields fields = new Fields(path == null ? "" : path + ".", new HashMap<>(), new HashMap<>());
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (textNames.contains(name)) {
                    fields.text(name, value, parser);
                } else if (rawNames.contains(name)) {
                    fields.raw(name, value, parser, source);
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new Invalid(Problem.MALFORMED, path, "something follows the JSON value");
            }
            return fields;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The refusal (400) of what is not JSON: where, and never what. */
    public static Invalid unreadable(IOException e) {
        return switch (e) {
            case StreamConstraintsException _ ->
                new Invalid(
                        Problem.MALFORMED,
                        null,
                        "the JSON is nested deeper than " + Json.DEPTH + ", has more than " + Json.TOKENS
                                + " names, values and brackets, or exceeds another limit");
            case JsonProcessingException json
            when json.getLocation() != null ->
                new Invalid(
                        Problem.MALFORMED,
                        null,
                        "not JSON at byte " + json.getLocation().getByteOffset());
            default -> new Invalid(Problem.MALFORMED, null, "not JSON");
        };
    }

    /** The first element of an array, when it is a text; else null. */
    public static @Nullable String firstText(RawJson array) {
        try (JsonParser parser = Json.parser(array)) {
            parser.nextToken();
            return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Calls back with each member of an object, as given. */
    public static void eachMember(RawJson object, BiConsumer<String, RawJson> member) {
        try (JsonParser parser = Json.parser(object)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                member.accept(name, Json.slice(parser, object));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Whether this is one JSON value, and nothing else. */
    public static boolean isOneValue(RawJson source) {
        try (JsonParser parser = Json.parser(source)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private void text(String name, JsonToken value, JsonParser parser) throws IOException {
        switch (value) {
            case VALUE_STRING -> texts.put(name, parser.getText());
            case VALUE_NULL -> texts.remove(name);
            default -> throw malformed(path + name, "must be a string");
        }
    }

    private void raw(String name, JsonToken value, JsonParser parser, RawJson source) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            raws.remove(name);
        } else {
            raws.put(name, Json.slice(parser, source));
        }
    }

    /** As it was written; null when absent. */
    public @Nullable String text(String name) {
        return texts.get(name);
    }

    /** A text among the values kept as given; null when absent, empty or of another type. */
    @Nullable
    String loose(String name) {
        RawJson raw = raws.get(name);
        if (raw == null || raw.array()[raw.offset()] != '"') {
            return null;
        }
        try (JsonParser parser = Json.parser(raw)) {
            parser.nextToken();
            String text = parser.getText();
            return text.isEmpty() ? null : text;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** As {@link #text}, and null when empty. */
    public @Nullable String filled(String name) {
        String text = texts.get(name);
        return text == null || text.isEmpty() ? null : text;
    }

    public @Nullable RawJson raw(String name) {
        return raws.get(name);
    }

    /** The number, infinite when it is too large for a double; null when absent. */
    @Nullable
    Double number(String name) {
        RawJson raw = raws.get(name);
        if (raw == null) {
            return null;
        }
        byte first = raw.array()[raw.offset()];
        if (first != '-' && (first < '0' || first > '9')) {
            throw malformed(path + name, "must be a number");
        }
        return Double.valueOf(raw.toString());
    }

    /** The members of a member that is an object; none of an absent one. */
    Fields object(String name, Set<String> textNames, Set<String> rawNames) {
        RawJson raw = raws.get(name);
        return raw == null ? NONE : read(path + name, raw, textNames, rawNames);
    }

    public static Invalid malformed(String path, String rule) {
        return new Invalid(Problem.INVALID_ENVELOPE, path, path + ": " + rule);
    }
}
