package dev.turnkeep.session.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The members of an object, read one by one; members that nobody asks for are nobody's business. */
record Fields(JsonNode object) {
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** A refusal in the form of this API. It names the field and its rule, and repeats no value. */
    static Invalid refused(String field, String rule) {
        return new Invalid(Problem.MALFORMED, field, "Validation error: " + field + ": " + rule);
    }

    boolean has(String name) {
        return object.has(name);
    }

    boolean isNull(String name) {
        return object.path(name).isNull();
    }

    String text(String name, int least, int most) {
        return optionalText(name, least, most).orElseThrow(() -> refused(name, "Required"));
    }

    /** Absent for an absent member; null is no text. */
    Optional<String> optionalText(String name, int least, int most) {
        return Optional.ofNullable(object.get(name)).map(value -> text(name, value, least, most));
    }

    /** Absent for null, too. */
    Optional<String> nullableText(String name, int least, int most) {
        return isNull(name) ? Optional.empty() : optionalText(name, least, most);
    }

    Optional<List<String>> texts(String name, int items, int most) {
        JsonNode array = object.get(name);
        if (array == null) {
            return Optional.empty();
        }
        if (!array.isArray() || array.size() > items) {
            throw refused(name, "Expected an array of at most " + items);
        }
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(text(name, item, 0, most)));
        return Optional.of(texts);
    }

    /** The member as the text of a JSON object. */
    Optional<String> json(String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isObject()) {
            throw refused(name, "Expected an object");
        }
        Storable.require(name, value);
        return Optional.of(value.toString());
    }

    Optional<Fields> nested(String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isObject()) {
            throw refused(name, "Expected an object");
        }
        return Optional.of(new Fields(value));
    }

    Optional<JsonNode> where(String name, String rule, Predicate<JsonNode> holds) {
        JsonNode value = object.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!holds.test(value)) {
            throw refused(name, rule);
        }
        Storable.require(name, value);
        return Optional.of(value);
    }

    /** A time as JavaScript's {@code Date} takes it: ISO 8601, a day, or milliseconds since 1970. */
    Optional<Instant> time(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        Instant time = value.isNumber() && value.canConvertToLong()
                ? Instant.ofEpochMilli(value.longValue())
                : value.isTextual() ? parsed(value.textValue()) : null;
        if (time == null || time.isAfter(LATEST) || time.isBefore(Instant.EPOCH)) {
            throw refused(name, "Invalid date");
        }
        return Optional.of(time);
    }

    private static @Nullable Instant parsed(String text) {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String text(String name, JsonNode value, int least, int most) {
        if (!value.isTextual()) {
            throw refused(name, "Expected string");
        }
        String text = value.textValue();
        if (text.length() < least || text.length() > most) {
            throw refused(name, least + ".." + most + " characters");
        }
        Storable.require(name, value);
        return text;
    }
}
