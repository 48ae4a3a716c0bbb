package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a tool gave back as an array of parts: the joined text of its text parts, and all other parts by their canonical
 * JSON, so that two different images are two different results.
 *
 * @param others a canonical array; null when there are only texts
 */
record TextParts(String text, @Nullable RawJson others) {
    /** Reads the value at the current token: a string, an array of parts, or anything else as one other part. */
    static TextParts read(Document document, String path, String separator) throws IOException {
        if (document.isText() || document.isNull()) {
            String text = document.text(path);
            return new TextParts(text == null ? "" : text, null);
        }
        Collected parts = new Collected();
        if (document.isArray()) {
            document.array(path, i -> parts.add(document, path + "[" + i + "]", separator));
        } else {
            parts.other(document.canonical(Form.WITHOUT_CACHE_MARKS));
        }
        return parts.collected();
    }

    void addTo(Block toolResult) {
        toolResult.toolOutput(text).content(others);
    }

    private static final class Collected {
        private final StringBuilder text = new StringBuilder();
        private final ByteBuilder others = new ByteBuilder(64);
        private boolean first = true;

        void add(Document document, String path, String separator) throws IOException {
            RawJson given = document.raw();
            String part = document.again(given, path, again -> textOf(again, path));
            if (part == null) {
                other(document.again(given, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
                return;
            }
            text.append(first ? "" : separator).append(part);
            first = false;
        }

        void other(RawJson canonical) {
            others.append(others.length() == 0 ? '[' : ',').append(canonical);
        }

        TextParts collected() {
            return new TextParts(
                    text.toString(),
                    others.length() == 0 ? null : others.append(']').toJson());
        }

        /** Null when the part is no text. */
        private static @Nullable String textOf(Document part, String path) throws IOException {
            if (!part.isObject()) {
                return null;
            }
            @Nullable String[] typeAndText = new @Nullable String[2];
            part.object(path, name -> {
                int slot = name.equals("type") ? 0 : name.equals("text") ? 1 : -1;
                if (slot >= 0 && part.isText()) {
                    typeAndText[slot] = part.text(path);
                } else {
                    part.skip();
                }
            });
            return isText(typeAndText[0]) ? typeAndText[1] : null;
        }
    }

    /** The names that providers give to a part of plain text. */
    static boolean isText(@Nullable String type) {
        return "text".equals(type)
                || "input_text".equals(type)
                || "output_text".equals(type)
                || "summary_text".equals(type);
    }
}
