package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A content block of Converse that arrives in pieces, put together as one document brings it. */
final class BedrockBlock {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder signature = new StringBuilder();
    private final StringBuilder redacted = new StringBuilder();
    private final StringBuilder input = new StringBuilder();
    private final List<RawJson> citations = new ArrayList<>();
    private @Nullable RawJson toolUse;
    /** What is not known, as it last came. */
    private @Nullable RawJson other;

    private boolean unreadable;

    /** @param start such as {@code {"toolUse":{"toolUseId":"t","name":"n"}}} */
    void start(RawJson start) {
        read(start, (document, name) -> {
            if (name.equals("toolUse")) {
                toolUse = document.raw();
            } else {
                other = start;
                document.skip();
            }
        });
    }

    /** @param delta such as {@code {"text":"..."}} */
    void delta(RawJson delta) {
        read(delta, (document, name) -> {
            switch (name) {
                case "text" -> append(text, document.text(PATH));
                case "toolUse" -> document.object(PATH, member -> piece(document, member, "input", input));
                case "reasoningContent" -> document.object(PATH, member -> reasoning(document, member));
                case "citation" -> citations.add(document.raw());
                default -> {
                    other = delta;
                    document.skip();
                }
            }
        });
    }

    private void reasoning(Document document, String name) throws IOException {
        switch (name) {
            case "text" -> append(reasoning, document.text(PATH));
            case "signature" -> append(signature, document.text(PATH));
            case "redactedContent" -> append(redacted, document.text(PATH));
            default -> document.skip();
        }
    }

    private static void piece(Document document, String member, String wanted, StringBuilder into) throws IOException {
        if (member.equals(wanted)) {
            append(into, document.text(PATH));
        } else {
            document.skip();
        }
    }

    private static void append(StringBuilder into, @Nullable String piece) {
        into.append(piece == null ? "" : piece);
    }

    boolean hasUnreadableInput() {
        return unreadable;
    }

    /** Empty when nothing of it came. */
    Optional<RawJson> assembled() {
        if (toolUse != null) {
            return Optional.of(member("toolUse", toolUse(toolUse)));
        }
        if (!redacted.isEmpty()) {
            return Optional.of(member(
                    "reasoningContent",
                    new JsonObject().put("redactedContent", redacted.toString()).toJson()));
        }
        if (!reasoning.isEmpty() || !signature.isEmpty()) {
            JsonObject said = new JsonObject().put("text", reasoning.toString());
            if (!signature.isEmpty()) {
                said.put("signature", signature.toString());
            }
            return Optional.of(member("reasoningContent", member("reasoningText", said.toJson())));
        }
        RawJson said = member("text", JsonObject.text(text.toString()));
        if (!citations.isEmpty()) {
            return Optional.of(member(
                    "citationsContent",
                    new JsonObject()
                            .put("content", JsonObject.array(List.of(said)))
                            .put("citations", JsonObject.array(citations))
                            .toJson()));
        }
        return text.isEmpty() ? Optional.ofNullable(other) : Optional.of(said);
    }

    /** A tool's input is the very text that was streamed, or null when that is no JSON. */
    private RawJson toolUse(RawJson started) {
        JsonObject call = new JsonObject();
        read(started, (document, name) -> call.put(name, document.raw()));
        RawJson streamed = RawJson.of(input.isEmpty() ? "{}" : input.toString());
        unreadable = !isJson(streamed);
        return call.put("input", unreadable ? RawJson.of("null") : streamed).toJson();
    }

    private static boolean isJson(RawJson text) {
        try {
            return Document.read(text, Problem.UNPROCESSABLE_RESPONSE, PATH, document -> {
                document.raw();
                return document.isAtEnd();
            });
        } catch (Invalid e) {
            return false;
        }
    }

    private static RawJson member(String name, RawJson value) {
        return new JsonObject().put(name, value).toJson();
    }

    private interface Reading {
        void member(Document document, String name) throws IOException;
    }

    private static void read(RawJson object, Reading reading) {
        Document.read(object, Problem.UNPROCESSABLE_RESPONSE, PATH, document -> {
            document.object(PATH, name -> reading.member(document, name));
            return object;
        });
    }
}
