package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One part of Gemini's content. A part that is not known is hashed by its canonical JSON. */
final class GeminiPart {
    /** What describes a part and is none; clients may drop them. */
    private static final Set<String> ASIDE =
            Set.of("thought", "thoughtSignature", "thought_signature", "videoMetadata");

    private final Document document;
    private RawJson given = RawJson.of("{}");
    private String path = "";
    private String kind = "";
    private @Nullable String text;
    private boolean thought;
    private @Nullable String signature;
    private @Nullable Block block;

    GeminiPart(Document document) {
        this.document = document;
    }

    GeminiPart read(String at) throws IOException {
        path = at;
        int start = document.start();
        document.object(at, name -> member(at + "." + name, name));
        given = document.since(start);
        return this;
    }

    private void member(String at, String name) throws IOException {
        if (kind.isEmpty() && !ASIDE.contains(name)) {
            kind = name;
        }
        switch (name) {
            case "text" -> text = document.text(at);
            case "thought" -> thought = document.isTrue();
            case "thoughtSignature", "thought_signature" -> signature = document.looseText();
            case "inlineData", "inline_data" -> block = inlineData(at);
            case "functionCall", "function_call" -> block = functionCall(at);
            case "functionResponse", "function_response" -> block = functionResponse(at);
            default -> document.skip();
        }
    }

    /** Null when it is no text. */
    @Nullable
    String text() {
        return text;
    }

    boolean isThought() {
        return thought;
    }

    @Nullable
    String signature() {
        return signature;
    }

    RawJson given() {
        return given;
    }

    /** Of a part that is no text. */
    Block block() {
        return block != null
                ? block
                : new Block(kind.isEmpty() ? "part" : kind)
                        .content(document.again(given, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
    }

    private Block inlineData(String at) throws IOException {
        Block image = new Block("image");
        document.object(at, name -> {
            switch (name) {
                case "data" -> image.imageBase64(document.text(at + ".data"));
                case "mimeType", "mime_type" -> image.mediaType(document.text(at + "." + name));
                default -> document.skip();
            }
        });
        return image;
    }

    private Block functionCall(String at) throws IOException {
        Block call = new Block("tool_use");
        document.object(at, name -> {
            switch (name) {
                case "id" -> call.toolUseId(document.text(at + ".id"));
                case "name" -> call.toolName(document.text(at + ".name"));
                case "args" -> call.toolInput(document.canonical(Form.WITHOUT_ZEROS));
                default -> document.skip();
            }
        });
        return call;
    }

    /** A response with the key {@code error} tells of a failure: that is the documented convention. */
    private Block functionResponse(String at) throws IOException {
        Block result = new Block("tool_result");
        document.object(at, name -> {
            switch (name) {
                case "id" -> result.toolResultId(document.text(at + ".id"));
                case "name" -> result.toolName(document.text(at + ".name"));
                case "response" -> {
                    RawJson response = document.raw();
                    result.content(document.again(response, at, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
                    result.isError(document.again(response, at, GeminiPart::tellsOfAnError));
                }
                default -> document.skip();
            }
        });
        return result;
    }

    private static boolean tellsOfAnError(Document response) throws IOException {
        boolean[] error = new boolean[1];
        if (response.isObject()) {
            response.object("response", name -> {
                error[0] |= name.equals("error") && !response.isNull();
                response.skip();
            });
        }
        return error[0];
    }
}
