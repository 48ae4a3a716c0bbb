package dev.turnkeep.ingest.provider;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalJson;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One JSON document that is read front to back. Whatever is wrong with it is an {@link Invalid} that names the path and
 * the rule, never the value. The reading methods take the value at the current token and leave the parser at its end.
 */
final class Document {
    interface Reading<T extends @Nullable Object> {
        T read(Document document) throws IOException;
    }

    interface Member {
        void read(String name) throws IOException;
    }

    interface Element {
        void read(int index) throws IOException;
    }

    private final RawJson source;
    private final JsonParser parser;
    private final Problem problem;

    private Document(RawJson source, JsonParser parser, Problem problem) {
        this.source = source;
        this.parser = parser;
        this.problem = problem;
    }

    /** @param root the document's name in paths */
    static <T extends @Nullable Object> T read(RawJson source, Problem problem, String root, Reading<T> reading) {
        try (JsonParser parser = Json.limitedParser(source)) {
            if (parser.nextToken() == null) {
                throw new Invalid(problem, root, root + ": is empty");
            }
            return reading.read(new Document(source, parser, problem));
        } catch (StreamConstraintsException e) {
            throw new Invalid(
                    problem, root, root + ": is nested too deeply, or holds too much, or too long a name or number");
        } catch (IOException e) {
            throw new Invalid(problem, root, root + ": is not valid JSON");
        }
    }

    /** Reads a value of this document that was kept as given. */
    <T extends @Nullable Object> T again(RawJson value, String path, Reading<T> reading) {
        return read(value, problem, path, reading);
    }

    Invalid wrong(String path, String rule) {
        return new Invalid(problem, path, path + ": " + rule);
    }

    /** Calls back at the value of each member. */
    void object(String path, Member member) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrong(path, "must be an object");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            member.read(name);
        }
    }

    /** Calls back at each element. */
    void array(String path, Element element) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrong(path, "must be an array");
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            element.read(i);
        }
    }

    /** Nothing but white space follows the value just read. */
    boolean isAtEnd() throws IOException {
        return parser.nextToken() == null;
    }

    boolean isText() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
    }

    boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    boolean isTrue() {
        return parser.currentToken() == JsonToken.VALUE_TRUE;
    }

    boolean isBoolean() {
        return isTrue() || parser.currentToken() == JsonToken.VALUE_FALSE;
    }

    /** A string; null is absent. */
    @Nullable
    String text(String path) throws IOException {
        if (isNull()) {
            return null;
        }
        if (!isText()) {
            throw wrong(path, "must be a string");
        }
        return parser.getText();
    }

    /** A string; null for a value of any other type, which is passed over. */
    @Nullable
    String looseText() throws IOException {
        if (isText()) {
            return parser.getText();
        }
        skip();
        return null;
    }

    /** A {@link #count}; null for a value that is none, which is passed over. */
    @Nullable
    Long looseCount() throws IOException {
        String digits = parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getText() : "-";
        if (digits.length() <= 18 && !digits.startsWith("-")) {
            return Long.valueOf(digits);
        }
        skip();
        return null;
    }

    /** An amount of money, a number or its text: 0 or more, of few digits; null for any other value, which is passed over. */
    @Nullable
    BigDecimal looseAmount() throws IOException {
        boolean number = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                || parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
        if (number || isText()) {
            return Amounts.read(parser.getText());
        }
        skip();
        return null;
    }

    /** Calls back at the value of each member; null is an object without any. */
    void optionalObject(String path, Member member) throws IOException {
        if (!isNull()) {
            object(path, member);
        }
    }

    /** A time in seconds since 1970; null for a value of any other type, which is passed over. */
    @Nullable
    Instant epochSeconds() throws IOException {
        boolean number = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                || parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
        double seconds = number ? parser.getDoubleValue() : 0;
        skip();
        // Beyond a few thousand years it is no time of a turn, and nothing that an Instant has to hold.
        return seconds > 0 && seconds < 1e11 ? Instant.ofEpochMilli(Math.round(seconds * 1000)) : null;
    }

    String requiredText(String path) throws IOException {
        String text = text(path);
        if (text == null || text.isEmpty()) {
            throw wrong(path, "is required");
        }
        return text;
    }

    /** A whole number of at most 18 digits; null is absent. */
    @Nullable
    Long count(String path) throws IOException {
        if (isNull()) {
            return null;
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrong(path, "must be a whole number");
        }
        String digits = parser.getText();
        if (digits.length() > 18 || digits.startsWith("-")) {
            throw wrong(path, "must be 0 or more, of at most 18 digits");
        }
        return Long.valueOf(digits);
    }

    /** The value as given. */
    RawJson raw() throws IOException {
        return Json.slice(parser, source);
    }

    /** The value as given; null is absent. */
    @Nullable
    RawJson rawOrNull() throws IOException {
        return isNull() ? null : raw();
    }

    RawJson canonical(CanonicalJson.Form form) throws IOException {
        ByteBuilder out = new ByteBuilder(128);
        new CanonicalJson().write(parser, out, form);
        return out.toJson();
    }

    void skip() throws IOException {
        parser.skipChildren();
    }

    /** Where the current value starts, for {@link #since}. */
    int start() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** As given, from a {@link #start} to the end of the value just read. */
    RawJson since(int start) throws IOException {
        parser.finishToken();
        int end = (int) parser.currentLocation().getByteOffset();
        return RawJson.of(source.array(), source.offset() + start, end - start);
    }
}
