package dev.turnkeep.ingest.otlp;

import com.fasterxml.jackson.core.JsonParser;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.turn.Fields;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Those attributes of a span, an event or a resource that say something of a call to a model, as JSON values. */
final class Attributes {
    private static final String GEN_AI = "gen_ai.";
    private static final Set<String> OTHERS = Set.of(
            "error.type",
            "user.id",
            "enduser.id",
            "openai.response.service_tier",
            "service.name",
            "service.version",
            // Of the events of older conventions.
            "content",
            "role",
            "id",
            "tool_calls",
            "finish_reason",
            "message");

    /** More than the conventions have names for. */
    private static final int MOST = 256;

    private static final int LONGEST_NAME = 256;

    private final Map<String, RawJson> values = new HashMap<>();

    /** Whether an attribute of this name is of use, and there is room for it. */
    boolean wants(String name) {
        boolean known = OTHERS.contains(name) || (name.startsWith(GEN_AI) && name.length() <= LONGEST_NAME);
        return known && (values.size() < MOST || values.containsKey(name));
    }

    void put(String name, RawJson value) {
        values.put(name, value);
    }

    @Nullable
    RawJson raw(String name) {
        return values.get(name);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** The first of the names that has a text which is not empty. */
    @Nullable
    String text(String... names) {
        for (String name : names) {
            RawJson value = values.get(name);
            String text = value == null ? null : text(value);
            if (text != null && !text.isEmpty()) {
                return text;
            }
        }
        return null;
    }

    /** The first of the names that is there. */
    @Nullable
    RawJson first(String... names) {
        for (String name : names) {
            RawJson value = values.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** A structured value, which many instrumentations write as the text of its JSON; null when it is neither. */
    @Nullable
    RawJson structured(String name) {
        RawJson value = values.get(name);
        String text = value == null ? null : text(value);
        RawJson json = text == null ? value : RawJson.of(text);
        return json != null && Fields.isOneValue(json) ? json : null;
    }

    /** Those whose names start so, by the rest of their names. */
    void each(String prefix, BiConsumer<String, RawJson> use) {
        values.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                use.accept(name.substring(prefix.length()), value);
            }
        });
    }

    /** Null when it is no text. */
    static @Nullable String text(RawJson value) {
        if (value.length() == 0 || value.array()[value.offset()] != '"') {
            return null;
        }
        try (JsonParser parser = Json.parser(value)) {
            parser.nextToken();
            return parser.getText();
        } catch (IOException e) {
            throw Fields.unreadable(e);
        }
    }
}
