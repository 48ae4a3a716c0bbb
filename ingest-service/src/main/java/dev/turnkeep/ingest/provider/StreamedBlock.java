package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** A content block that arrives in pieces, put together as the client that received it sends it back. */
final class StreamedBlock {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;
    private static final RawJson NULL = RawJson.of("null");

    private final RawJson start;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder signature = new StringBuilder();
    private final StringBuilder input = new StringBuilder();
    private final ByteBuilder citations = new ByteBuilder(16);

    /** @param start the block as the stream opened it: an object */
    StreamedBlock(RawJson start) {
        this.start = start;
    }

    void text(String piece) {
        text.append(piece);
    }

    void thinking(String piece) {
        thinking.append(piece);
    }

    void signature(String piece) {
        signature.append(piece);
    }

    void input(String piece) {
        input.append(piece);
    }

    void citation(RawJson citation) {
        citations.append(citations.length() == 0 ? '[' : ',').append(citation);
    }

    /** Some input came, and is no JSON: it was cut off, or the model wrote it wrongly. */
    boolean hasUnreadableInput() {
        return !input.isEmpty() && !isJson(RawJson.of(input.toString()));
    }

    /**
     * The block as JSON: the members that it started with, completed by the pieces. A tool's input is the very text that
     * was streamed, or null when that is unreadable. Empty when it is a text block without a text, which clients do not
     * send back.
     */
    RawJson assembled() {
        ByteBuilder out = new ByteBuilder(start.length() + text.length() + thinking.length() + input.length() + 64);
        Set<String> written = new HashSet<>();
        boolean emptyText = Document.read(start, Problem.UNPROCESSABLE_RESPONSE, PATH, document -> {
            boolean[] isText = new boolean[1];
            boolean[] hasText = new boolean[1];
            document.object(PATH, name -> {
                boolean isString = document.isText();
                String given = isString ? document.text(PATH) : "";
                isText[0] |= name.equals("type") && "text".equals(given);
                hasText[0] |= name.equals("text") && !String.valueOf(given).isEmpty();
                member(out, name, document.raw(), String.valueOf(given));
                written.add(name);
            });
            return isText[0] && !hasText[0] && text.isEmpty();
        });
        if (emptyText) {
            return RawJson.of("");
        }
        remaining(out, written);
        return out.append('}').toJson();
    }

    private void member(ByteBuilder out, String name, RawJson value, String text) {
        switch (name) {
            case "text" -> completed(out, name, value, text, this.text);
            case "thinking" -> completed(out, name, value, text, thinking);
            case "signature" -> completed(out, name, value, text, signature);
            case "input" -> name(out, name).append(input.isEmpty() ? value : streamedInput());
            case "citations" -> name(out, name).append(citations.length() == 0 ? value : citations());
            default -> name(out, name).append(value);
        }
    }

    private static void completed(ByteBuilder out, String name, RawJson value, String before, StringBuilder pieces) {
        if (pieces.isEmpty()) {
            name(out, name).append(value);
        } else {
            CanonicalText.write(before + pieces, name(out, name));
        }
    }

    /** Pieces of members that the start did not announce. */
    private void remaining(ByteBuilder out, Set<String> written) {
        remaining(out, written, "text", text);
        remaining(out, written, "thinking", thinking);
        remaining(out, written, "signature", signature);
        if (!input.isEmpty() && !written.contains("input")) {
            name(out, "input").append(streamedInput());
        }
        if (citations.length() > 0 && !written.contains("citations")) {
            name(out, "citations").append(citations());
        }
        if (out.length() == 0) {
            out.append('{');
        }
    }

    private static void remaining(ByteBuilder out, Set<String> written, String name, StringBuilder pieces) {
        if (!pieces.isEmpty() && !written.contains(name)) {
            CanonicalText.write(pieces.toString(), name(out, name));
        }
    }

    private RawJson streamedInput() {
        return hasUnreadableInput() ? NULL : RawJson.of(input.toString());
    }

    private RawJson citations() {
        return RawJson.of(citations.toJson() + "]");
    }

    private static ByteBuilder name(ByteBuilder out, String name) {
        out.append(out.length() == 0 ? '{' : ',');
        CanonicalText.write(name, out);
        return out.append(':');
    }

    private static boolean isJson(RawJson text) {
        try {
            return Document.read(text, Problem.UNPROCESSABLE_RESPONSE, PATH, StreamedBlock::isOneValue);
        } catch (Invalid e) {
            return false;
        }
    }

    private static boolean isOneValue(Document document) throws IOException {
        document.raw();
        return document.isAtEnd();
    }
}
