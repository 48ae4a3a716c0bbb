package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One block of a reduced response: the flat union of all members that blocks of any provider have. Members outside the
 * union make a block that is not known, hashed by its canonical JSON as it is when a request brings it; but tool calls
 * may use Anthropic's own names.
 */
final class ReducedBlock {
    private final Document document;
    private @Nullable String type;
    private @Nullable String text;
    private @Nullable String thinking;
    private @Nullable String toolUseId;
    private @Nullable String id;
    private @Nullable String toolName;
    private @Nullable String name;
    private @Nullable RawJson toolInput;
    private @Nullable RawJson input;
    private @Nullable String toolResultId;
    private @Nullable String toolOutput;
    private boolean isError;
    private @Nullable String imageUrl;
    private @Nullable String imageBase64;
    private @Nullable String mediaType;
    private @Nullable RawJson content;
    private boolean foreign;

    ReducedBlock(Document document) {
        this.document = document;
    }

    Block read(String path) throws IOException {
        int start = document.start();
        document.object(path, member -> member(path + "." + member, member));
        RawJson given = document.since(start);
        if (type == null || type.isEmpty()) {
            throw document.wrong(path + ".type", "is required");
        }
        return switch (type) {
            case "tool_use", "server_tool_use" ->
                union(type)
                        .toolUseId(toolUseId == null ? id : toolUseId)
                        .toolName(toolName == null ? name : toolName)
                        .toolInput(toolInput == null ? input : toolInput);
            case "text", "thinking", "tool_result" -> union(type);
            default ->
                foreign || id != null || name != null || input != null
                        ? new Block(type)
                                .content(
                                        document.again(given, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)))
                        : union(type);
        };
    }

    private Block union(String known) {
        // Reducers may write all members of the union: an empty text is one only where the block is a text.
        boolean noText = text == null || text.isEmpty();
        return new Block(known)
                .text(!noText ? text : known.equals("text") ? "" : null)
                .thinking(thinking)
                .toolUseId(toolUseId)
                .toolName(toolName)
                .toolInput(toolInput)
                .toolResultId(toolResultId)
                .toolOutput(toolOutput)
                .isError(isError)
                .imageUrl(imageUrl)
                .imageBase64(imageBase64)
                .mediaType(mediaType)
                .content(content);
    }

    private void member(String path, String member) throws IOException {
        switch (member) {
            case "type" -> type = document.text(path);
            case "text" -> text = document.text(path);
            case "thinking" -> thinking = document.text(path);
            case "tool_use_id" -> toolUseId = document.text(path);
            case "id" -> id = document.text(path);
            case "tool_name" -> toolName = document.text(path);
            case "name" -> name = document.text(path);
            case "tool_input" -> toolInput = document.canonical(Form.WITHOUT_ZEROS);
            case "input" -> input = document.canonical(Form.WITHOUT_ZEROS);
            case "tool_result_id" -> toolResultId = document.text(path);
            case "tool_output" -> toolOutput = document.text(path);
            case "is_error" -> {
                if (!document.isBoolean() && !document.isNull()) {
                    throw document.wrong(path, "must be true or false");
                }
                isError = document.isTrue();
            }
            case "image_url" -> imageUrl = document.text(path);
            case "image_base64" -> imageBase64 = document.text(path);
            case "media_type" -> mediaType = document.text(path);
            case "content" -> content = document.canonical(Form.WITHOUT_CACHE_MARKS);
            case "thinking_signature", "signature", "cache_control" -> document.skip();
            default -> {
                foreign = true;
                document.skip();
            }
        }
    }
}
