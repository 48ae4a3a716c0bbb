package dev.turnkeep.contracts.price;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value that knows where it stands, so that what is wrong with it can be said precisely.
 *
 * @param value a map, a list, a text, a {@link BigDecimal}, a boolean or null
 */
record Document(String where, @Nullable Object value) {
    static Document parse(String name, byte[] json) {
        try (JsonParser parser = Json.FACTORY.createParser(json)) {
            parser.nextToken();
            Object value = read(parser);
            if (parser.nextToken() != null) {
                throw new InvalidPrices(name, "has something after its end");
            }
            return new Document(name, value);
        } catch (JsonProcessingException e) {
            throw new InvalidPrices(
                    name + " line " + e.getLocation().getLineNr() + " column "
                            + e.getLocation().getColumnNr(),
                    "is no JSON");
        } catch (IOException e) {
            throw new InvalidPrices(name, "is no JSON");
        }
    }

    private static @Nullable Object read(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, read(parser));
            }
            return members;
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(read(parser));
            }
            return items;
        }
        if (token != null && token.isNumeric()) {
            return new BigDecimal(parser.getText());
        }
        if (token == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE;
        }
        return null;
    }

    InvalidPrices invalid(String problem) {
        return new InvalidPrices(where, problem);
    }

    boolean isObject() {
        return value instanceof Map;
    }

    boolean isArray() {
        return value instanceof List;
    }

    boolean isText() {
        return value instanceof String;
    }

    Map<String, Document> members() {
        if (!(value instanceof Map<?, ?> map)) {
            throw invalid("must be an object");
        }
        Map<String, Document> members = new LinkedHashMap<>();
        map.forEach((name, member) -> members.put((String) name, new Document(where + "." + name, member)));
        return members;
    }

    List<Document> items() {
        if (!(value instanceof List<?> list)) {
            throw invalid("must be an array");
        }
        List<Document> items = new ArrayList<>();
        for (Object item : list) {
            items.add(new Document(where + "[" + items.size() + "]", item));
        }
        return items;
    }

    Optional<Document> optional(String name) {
        return Optional.ofNullable(members().get(name)).filter(member -> member.value != null);
    }

    Document required(String name) {
        return optional(name).orElseThrow(() -> new InvalidPrices(where + "." + name, "is required"));
    }

    /** Refuses members that would be overlooked. */
    void hasOnly(Set<String> names) {
        members().forEach((name, member) -> {
            if (!names.contains(name)) {
                throw member.invalid(
                        "is not known; known are " + names.stream().sorted().toList());
            }
        });
    }

    String text() {
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw invalid("must be a text");
    }

    /** Zero or more. */
    BigDecimal amount() {
        if (value instanceof BigDecimal number && number.signum() >= 0) {
            return number;
        }
        throw invalid("must be a number, 0 or more");
    }

    /** A whole number, zero or more. */
    long count() {
        try {
            return amount().longValueExact();
        } catch (ArithmeticException e) {
            throw invalid("must be a whole number");
        }
    }
}
