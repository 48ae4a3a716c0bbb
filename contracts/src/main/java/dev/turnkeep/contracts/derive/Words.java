package dev.turnkeep.contracts.derive;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.TextProjection;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds titles in what was said. Content it cannot read has no words: that is no reason to refuse a turn. */
final class Words {
    /** Of a prompt, in characters. */
    static final int PROMPT = 120;
    /** Of a title that a harness had made, in characters. */
    static final int TITLE = 255;
    /** A response that is a title is short; a longer one is not even read. */
    static final int LONGEST_TITLE_RESPONSE = 2048;

    private Words() {}

    /** The title in a response that is nothing but a JSON object with one. */
    static @Nullable String title(RawJson content) {
        return content.length() > LONGEST_TITLE_RESPONSE ? null : firstText(content, Words::titleObject);
    }

    /** The first text that is left when the harness' own spans are taken away; data is no prompt. */
    static @Nullable String prompt(RawJson content) {
        return firstText(content, text -> {
            String said = line(TextProjection.of(text), PROMPT);
            return said.isEmpty() || isJson(text) ? null : said;
        });
    }

    /** The first text of a message that the form accepts. Content is a string, or an array of blocks. */
    private static @Nullable String firstText(RawJson content, Function<String, @Nullable String> form) {
        try (JsonParser parser = Json.parser(content)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.VALUE_STRING) {
                return form.apply(parser.getText());
            }
            if (first != JsonToken.START_ARRAY) {
                return null;
            }
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                String text = textOfBlock(parser);
                String found = text == null ? null : form.apply(text);
                if (found != null) {
                    return found;
                }
            }
        } catch (IOException e) {
            // Not content as we know it.
        }
        return null;
    }

    /** Of a block of text; null of any other. */
    private static @Nullable String textOfBlock(JsonParser parser) throws IOException {
        String type = "text";
        String text = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_STRING && name.equals("type")) {
                type = parser.getText();
            } else if (value == JsonToken.VALUE_STRING && name.equals("text")) {
                text = parser.getText();
            }
            parser.skipChildren();
        }
        return type.equals("text") || type.equals("input_text") || type.equals("output_text") ? text : null;
    }

    private static @Nullable String titleObject(String text) {
        String object = text.strip();
        if (!object.startsWith("{")) {
            return null;
        }
        String title = null;
        try (JsonParser parser = Json.FACTORY.createParser(object)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING && name.equals("title")) {
                    title = line(parser.getText(), TITLE);
                }
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                return null;
            }
        } catch (IOException e) {
            return null;
        }
        return title == null || title.isEmpty() ? null : title;
    }

    private static boolean isJson(String text) {
        String value = text.strip();
        if (!value.startsWith("{") && !value.startsWith("[")) {
            return false;
        }
        try (JsonParser parser = Json.FACTORY.createParser(value)) {
            parser.nextToken();
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /** One line without control characters and lone surrogates, which no column takes; runs of white space are one blank. */
    private static String line(String text, int most) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), 2 * most));
        int characters = 0;
        boolean blank = false;
        for (int i = 0; i < text.length() && characters < most; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isWhitespace(c) || Character.isISOControl(c)) {
                blank = !line.isEmpty();
                continue;
            }
            if (blank && characters + 1 < most) {
                line.append(' ');
                characters++;
            }
            blank = false;
            line.appendCodePoint(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c);
            characters++;
        }
        return line.toString();
    }
}
