package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the content of Converse messages: objects whose one member says what they are. One that is not known is hashed by
 * its canonical JSON. Cache points are no content: clients move them about between turns.
 */
final class BedrockContent {
    private static final String CACHE_POINT = "cachePoint";

    private final Document document;

    BedrockContent(Document document) {
        this.document = document;
    }

    List<Block> blocks(String path) throws IOException {
        List<Block> blocks = new ArrayList<>();
        document.array(path, i -> {
            Block block = block(path + "[" + i + "]");
            if (block != null) {
                blocks.add(block);
            }
        });
        return blocks;
    }

    /** Null for a cache point. */
    private @Nullable Block block(String path) throws IOException {
        int start = document.start();
        @Nullable Block[] known = new @Nullable Block[1];
        String[] kind = {""};
        document.object(path, name -> {
            kind[0] = kind[0].isEmpty() ? name : kind[0];
            String at = path + "." + name;
            switch (name) {
                case "text" -> known[0] = new Block("text").text(document.text(at));
                case "toolUse" -> known[0] = toolUse(at);
                case "toolResult" -> known[0] = toolResult(at);
                case "reasoningContent" -> known[0] = reasoning(document.raw(), at);
                case "image" -> known[0] = image(document.raw(), at);
                default -> document.skip();
            }
        });
        RawJson given = document.since(start);
        if (kind[0].isEmpty()) {
            throw document.wrong(path, "must have a member");
        }
        if (known[0] != null || kind[0].equals(CACHE_POINT)) {
            return known[0];
        }
        return new Block(kind[0])
                .content(document.again(given, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
    }

    private Block toolUse(String path) throws IOException {
        Members members = new Members();
        document.object(path, name -> {
            switch (name) {
                case "toolUseId" -> members.id = document.text(path + ".toolUseId");
                case "name" -> members.name = document.text(path + ".name");
                case "input" -> members.input = document.canonical(Form.WITHOUT_ZEROS);
                case "type" -> members.type = document.looseText();
                default -> document.skip();
            }
        });
        return new Block("server_tool_use".equals(members.type) ? "server_tool_use" : "tool_use")
                .toolUseId(members.id)
                .toolName(members.name)
                .toolInput(members.input);
    }

    private static final class Members {
        private @Nullable String id;
        private @Nullable String name;
        private @Nullable String type;
        private @Nullable RawJson input;
    }

    /** Text parts joined by line ends are its output; parts of other kinds are hashed by their canonical JSON. */
    private Block toolResult(String path) throws IOException {
        Block result = new Block("tool_result");
        document.object(path, name -> {
            switch (name) {
                case "toolUseId" -> result.toolResultId(document.text(path + ".toolUseId"));
                case "status" -> result.isError("error".equals(document.text(path + ".status")));
                case "content" -> output(result, path + ".content");
                default -> document.skip();
            }
        });
        return result;
    }

    private void output(Block result, String path) throws IOException {
        List<String> texts = new ArrayList<>();
        List<RawJson> others = new ArrayList<>();
        if (!document.isNull()) {
            document.array(path, i -> {
                RawJson part = document.raw();
                String text = document.again(part, path, again -> onlyText(again));
                if (text != null) {
                    texts.add(text);
                } else {
                    others.add(document.again(part, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
                }
            });
        }
        result.toolOutput(String.join("\n", texts));
        result.content(others.isEmpty() ? null : JsonObject.array(others));
    }

    /** Null when the part is no text. */
    private static @Nullable String onlyText(Document part) throws IOException {
        @Nullable String[] text = new @Nullable String[1];
        part.object("content", name -> {
            if (name.equals("text")) {
                text[0] = part.looseText();
            } else {
                part.skip();
            }
        });
        return text[0];
    }

    /** A signature is not hashed: clients drop it. Null when there is no text, as when it was redacted. */
    private @Nullable Block reasoning(RawJson reasoning, String path) {
        return document.again(reasoning, path, again -> {
            @Nullable String[] text = new @Nullable String[1];
            again.object(path, name -> {
                if (name.equals("reasoningText")) {
                    again.object(path + ".reasoningText", member -> {
                        if (member.equals("text")) {
                            text[0] = again.text(path + ".reasoningText.text");
                        } else {
                            again.skip();
                        }
                    });
                } else {
                    again.skip();
                }
            });
            return text[0] == null ? null : new Block("thinking").thinking(text[0]);
        });
    }

    /** Null when its bytes are elsewhere. */
    private @Nullable Block image(RawJson image, String path) {
        return document.again(image, path, again -> {
            Block block = new Block("image");
            boolean[] found = new boolean[1];
            again.object(path, name -> {
                switch (name) {
                    case "format" -> block.mediaType("image/" + again.text(path + ".format"));
                    case "source" ->
                        again.object(path + ".source", member -> {
                            if (member.equals("bytes")) {
                                block.imageBase64(again.text(path + ".source.bytes"));
                                found[0] = true;
                            } else {
                                again.skip();
                            }
                        });
                    default -> again.skip();
                }
            });
            return found[0] ? block : null;
        });
    }
}
