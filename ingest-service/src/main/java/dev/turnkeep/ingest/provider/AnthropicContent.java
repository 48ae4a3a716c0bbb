package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the content of Anthropic messages into blocks. A block of a type that is not known here, or with parts that its
 * block cannot hold, is hashed by its canonical JSON, so that no two different ones are the same.
 */
final class AnthropicContent {
    private final Document document;

    AnthropicContent(Document document) {
        this.document = document;
    }

    /** The blocks of the value at the current token: a string or an array. */
    List<Block> blocks(String path) throws IOException {
        if (document.isText()) {
            return List.of(new Block("text").text(document.text(path)));
        }
        if (!document.isArray()) {
            throw document.wrong(path, "must be a string or an array");
        }
        List<Block> blocks = new ArrayList<>();
        document.array(path, i -> blocks.add(block(path + "[" + i + "]")));
        return blocks;
    }

    /** The members of a block; which of them matter is known only after its type, which may come last. */
    private static final class Members {
        private @Nullable String type;
        private @Nullable String text;
        private @Nullable String thinking;
        private @Nullable String id;
        private @Nullable String name;
        private @Nullable String toolUseId;
        private boolean isError;
        private @Nullable RawJson input;
        private @Nullable String output;
        private @Nullable RawJson content;
        private @Nullable RawJson source;
        /** The path of the first member that is not of the type that known blocks give it. */
        private @Nullable String mismatch;
    }

    private Block block(String path) throws IOException {
        int start = document.start();
        Members members = new Members();
        document.object(path, name -> member(members, path, name));
        String type = members.type;
        if (type == null || type.isEmpty()) {
            throw document.wrong(path + ".type", "is required");
        }
        RawJson given = document.since(start);
        Block block = known(type, members, path);
        if (block == null) {
            return new Block(type)
                    .content(document.again(given, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
        }
        if (members.mismatch != null) {
            throw document.wrong(members.mismatch, "is of the wrong JSON type");
        }
        return block;
    }

    private void member(Members members, String path, String name) throws IOException {
        switch (name) {
            case "type" -> members.type = document.text(path + ".type");
            case "text" -> members.text = text(members, path, name);
            case "thinking" -> members.thinking = text(members, path, name);
            case "id" -> members.id = text(members, path, name);
            case "name" -> members.name = text(members, path, name);
            case "tool_use_id" -> members.toolUseId = text(members, path, name);
            case "is_error" -> {
                if (!document.isBoolean() && !document.isNull()) {
                    mismatch(members, path, name);
                }
                members.isError = document.isTrue();
            }
            case "input" -> members.input = document.canonical(Form.WITHOUT_ZEROS);
            case "content" -> {
                members.output = document.isText() ? document.text(path) : null;
                members.content = document.isText() ? null : document.rawOrNull();
            }
            case "source" -> members.source = document.raw();
            default -> document.skip();
        }
    }

    private @Nullable String text(Members members, String path, String name) throws IOException {
        if (document.isText() || document.isNull()) {
            return document.text(path);
        }
        mismatch(members, path, name);
        return null;
    }

    private void mismatch(Members members, String path, String name) throws IOException {
        if (members.mismatch == null) {
            members.mismatch = path + "." + name;
        }
        document.skip();
    }

    /** Null for a type that is not known. */
    private @Nullable Block known(String type, Members members, String path) throws IOException {
        return switch (type) {
            case "text" -> new Block(type).text(members.text == null ? "" : members.text);
            case "thinking" -> new Block(type).thinking(members.thinking);
            case "tool_use", "server_tool_use" ->
                new Block(type).toolUseId(members.id).toolName(members.name).toolInput(members.input);
            case "tool_result" -> toolResult(members, path);
            case "image" -> members.source == null ? null : image(members.source, path + ".source");
            default -> null;
        };
    }

    /** Text parts joined by line ends are its output; parts of other types are hashed by their canonical JSON. */
    private Block toolResult(Members members, String path) {
        Block block = new Block("tool_result")
                .toolResultId(members.toolUseId)
                .toolOutput(members.output)
                .isError(members.isError);
        if (members.content != null) {
            String parts = path + ".content";
            document.again(members.content, parts, again -> TextParts.read(again, parts, "\n"))
                    .addTo(block);
        }
        return block;
    }

    /** Null when it is neither base64 nor a URL. */
    private @Nullable Block image(RawJson source, String path) {
        return document.again(source, path, again -> {
            Block block = new Block("image");
            boolean[] found = new boolean[1];
            again.object(path, name -> {
                switch (name) {
                    case "data" -> block.imageBase64(again.text(path + ".data"));
                    case "url" -> block.imageUrl(again.text(path + ".url"));
                    case "media_type" -> block.mediaType(again.text(path + ".media_type"));
                    default -> again.skip();
                }
                found[0] |= name.equals("data") || name.equals("url");
            });
            return found[0] ? block : null;
        });
    }
}
