package dev.turnkeep.contracts.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The canonical form of RFC 8785 (JCS), written while parsing, without a tree. Members are written as they come and put
 * in order (UTF-16 code units) when their object ends, if they were not in order already. Where the RFC is silent: of
 * members with one name the last wins; numbers beyond doubles keep their literal; lone surrogates are escapes.
 *
 * <p>An instance is reusable, but not by two threads.
 */
public final class CanonicalJson {
    /** What is left out of the canonical form. */
    public enum Form {
        /** Nothing. */
        COMPLETE,
        /**
         * Members whose value is null, false, 0, or an empty string, array or object, also one that is empty only after
         * this rule; what is inside an array stays as it is. Clients drop such defaults when they send a tool call again.
         */
        WITHOUT_ZEROS,
        /** Members named {@code cache_control} at any depth: clients move these marks about between turns. */
        WITHOUT_CACHE_MARKS
    }

    private static final Member[] NO_MEMBERS = {};
    private static final Comparator<Member> BY_NAME_LAST_GIVEN_FIRST = Comparator.comparing(Member::name)
            .thenComparing(Comparator.comparingInt(Member::start).reversed());

    private final ByteBuilder scratch = new ByteBuilder(512);
    /** The members of the objects now open, innermost last. */
    private Member[] open = NO_MEMBERS;

    private int count;

    private record Member(String name, int start, int end, boolean zero) {}

    /** The canonical form of one value. Throws as the parser does when the value is not JSON. */
    public static RawJson of(RawJson json) throws IOException {
        ByteBuilder out = new ByteBuilder(json.length());
        try (JsonParser parser = Json.parser(json)) {
            parser.nextToken();
            new CanonicalJson().write(parser, out, Form.COMPLETE);
        }
        return out.toJson();
    }

    /** Appends the value at the parser's current token; the parser then stands on the value's last token. */
    public void write(JsonParser parser, ByteBuilder out, Form form) throws IOException {
        count = 0;
        value(parser, out, form);
    }

    private void value(JsonParser parser, ByteBuilder out, Form form) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IOException("no JSON value");
        }
        switch (token) {
            case START_OBJECT -> object(parser, out, form);
            case START_ARRAY -> array(parser, out, form == Form.WITHOUT_ZEROS ? Form.COMPLETE : form);
            case VALUE_STRING ->
                CanonicalText.write(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength(), out);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.append(CanonicalNumber.of(parser.getText()));
            case VALUE_TRUE -> out.append("true");
            case VALUE_FALSE -> out.append("false");
            case VALUE_NULL -> out.append("null");
            case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new IOException("no JSON value");
        }
    }

    private void array(JsonParser parser, ByteBuilder out, Form form) throws IOException {
        out.append('[');
        boolean first = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!first) {
                out.append(',');
            }
            first = false;
            value(parser, out, form);
        }
        out.append(']');
    }

    private void object(JsonParser parser, ByteBuilder out, Form form) throws IOException {
        out.append('{');
        int base = count;
        int start = out.length();
        boolean inOrder = true;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (form == Form.WITHOUT_CACHE_MARKS && name.equals("cache_control")) {
                parser.skipChildren();
                continue;
            }
            inOrder &= count == base || open[count - 1].name.compareTo(name) < 0;
            boolean zero = member(name, parser, out, form, count > base);
            inOrder &= !zero;
        }
        if (!inOrder) {
            arrange(base, start, out);
        }
        Arrays.fill(open, base, count, null);
        count = base;
        out.append('}');
    }

    private boolean member(String name, JsonParser parser, ByteBuilder out, Form form, boolean comma)
            throws IOException {
        if (comma) {
            out.append(',');
        }
        int start = out.length();
        CanonicalText.write(name, out);
        out.append(':');
        int valueStart = out.length();
        value(parser, out, form);
        boolean zero = form == Form.WITHOUT_ZEROS && isZero(out, valueStart);
        if (count == open.length) {
            open = Arrays.copyOf(open, Math.max(16, 2 * count));
        }
        open[count++] = new Member(name, start, out.length(), zero);
        return zero;
    }

    private static boolean isZero(ByteBuilder out, int start) {
        return switch (out.length() - start) {
            case 1 -> out.at(start) == '0';
            case 2 -> out.at(start) == '"' || out.at(start) == '[' || out.at(start) == '{';
            case 4 -> out.at(start) == 'n';
            case 5 -> out.at(start) == 'f';
            default -> false;
        };
    }

    /** Writes the members again in their order; a name that was given twice, or is zero, only then falls away. */
    private void arrange(int base, int start, ByteBuilder out) {
        Arrays.sort(open, base, count, BY_NAME_LAST_GIVEN_FIRST);
        scratch.truncate(0);
        for (int i = base; i < count; i++) {
            Member member = open[i];
            boolean overridden = i > base && open[i - 1].name.equals(member.name);
            if (overridden || member.zero) {
                continue;
            }
            if (scratch.length() > 0) {
                scratch.append(',');
            }
            scratch.append(out, member.start, member.end);
        }
        out.truncate(start);
        out.append(scratch, 0, scratch.length());
    }
}
