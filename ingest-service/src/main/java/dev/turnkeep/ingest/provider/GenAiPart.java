package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One part of a message of OpenTelemetry's conventions. A part that is not known is hashed by its canonical JSON. */
final class GenAiPart {
    private final Document document;
    private @Nullable String type;
    private @Nullable String content;
    private @Nullable String id;
    private @Nullable String name;
    private @Nullable RawJson arguments;
    private @Nullable RawJson response;
    private @Nullable String modality;
    private @Nullable String mimeType;
    private @Nullable String uri;

    GenAiPart(Document document) {
        this.document = document;
    }

    Block read(String path) throws IOException {
        int start = document.start();
        document.object(path, member -> member(path, member));
        RawJson given = document.since(start);
        if (type == null || type.isEmpty()) {
            throw document.wrong(path + ".type", "is required");
        }
        return switch (type) {
            case "text" -> new Block("text").text(content == null ? "" : content);
            case "reasoning", "thinking" -> new Block("thinking").thinking(content);
            case "tool_call" ->
                new Block("tool_use")
                        .toolUseId(id)
                        .toolName(name)
                        .toolInput(arguments == null ? null : input(arguments));
            case "tool_call_response" -> result(path);
            case "blob" ->
                "image".equals(modality) && content != null
                        ? new Block("image").imageBase64(content).mediaType(mimeType)
                        : unknown(type, given, path);
            case "uri" ->
                "image".equals(modality) && uri != null ? new Block("image").imageUrl(uri) : unknown(type, given, path);
            default -> unknown(type, given, path);
        };
    }

    private void member(String path, String member) throws IOException {
        switch (member) {
            case "type" -> type = document.text(path + ".type");
            case "content" -> content = document.looseText();
            case "id" -> id = document.looseText();
            case "name" -> name = document.looseText();
            case "arguments" -> arguments = document.rawOrNull();
            // The second is what some instrumentations call it.
            case "response", "result" -> response = document.rawOrNull();
            case "modality" -> modality = document.looseText();
            case "mime_type" -> mimeType = document.looseText();
            case "uri" -> uri = document.looseText();
            default -> document.skip();
        }
    }

    /** An object, or the text of one. */
    private RawJson input(RawJson given) {
        return document.again(given, "arguments", again -> {
            String text = again.isText() ? again.text("arguments") : null;
            return text == null ? again.canonical(Form.WITHOUT_ZEROS) : ToolArguments.canonical(text);
        });
    }

    private Block result(String path) {
        Block result = new Block("tool_result").toolResultId(id).toolName(name);
        if (response != null) {
            document.again(response, path + ".response", again -> TextParts.read(again, path + ".response", "\n"))
                    .addTo(result);
        }
        return result;
    }

    private Block unknown(String kind, RawJson given, String path) {
        return new Block(kind).content(document.again(given, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
    }
}
