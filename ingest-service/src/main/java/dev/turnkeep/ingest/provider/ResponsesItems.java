package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the input of a Responses request: a text, or items that each become one message and are kept whole. */
final class ResponsesItems {
    private static final String ASSISTANT = "assistant";

    private final Document document;

    ResponsesItems(Document document) {
        this.document = document;
    }

    /** An item as a message: its role and blocks. */
    private record Item(String role, RawJson whole, List<Block> blocks) {}

    Conversation read(String path) throws IOException {
        Conversation conversation = new Conversation();
        if (document.isText()) {
            Block text = new Block("text").text(document.text(path));
            conversation.add("user", document.raw(), List.of(text));
        } else if (document.isArray()) {
            document.array(path, i -> {
                Item item = item(path + "[" + i + "]");
                conversation.add(item.role, item.whole, item.blocks);
            });
        } else {
            throw document.wrong(path, "must be a string or an array");
        }
        return conversation;
    }

    /** The items of a response, which are one message together. */
    List<Block> blocksOfAll(String path) throws IOException {
        List<Block> blocks = new ArrayList<>();
        document.array(path, i -> blocks.addAll(item(path + "[" + i + "]").blocks));
        return blocks;
    }

    private static final class Members {
        private @Nullable String type;
        private @Nullable String role;
        private @Nullable String callId;
        private @Nullable String name;
        private @Nullable String arguments;
        private @Nullable String input;
        private @Nullable RawJson content;
        private @Nullable RawJson output;
        private @Nullable RawJson summary;
    }

    private Item item(String path) throws IOException {
        int start = document.start();
        Members members = new Members();
        document.object(path, name -> member(members, path, name));
        RawJson whole = document.since(start);
        String type = members.type;
        if (type == null) {
            if (members.role == null) {
                throw document.wrong(path + ".type", "is required");
            }
            type = "message";
        }
        return switch (type) {
            case "message" -> {
                if (members.role == null || members.role.isEmpty()) {
                    throw document.wrong(path + ".role", "is required");
                }
                yield new Item(members.role, whole, content(members.content, path + ".content"));
            }
            case "function_call" -> {
                String arguments = members.arguments;
                Block call = call(members).toolInput(arguments == null ? null : ToolArguments.canonical(arguments));
                yield new Item(ASSISTANT, whole, List.of(call));
            }
            case "custom_tool_call" -> {
                String input = members.input;
                Block call = call(members).toolInput(input == null ? null : ToolArguments.freeform(input));
                yield new Item(ASSISTANT, whole, List.of(call));
            }
            case "function_call_output", "custom_tool_call_output" ->
                new Item("tool", whole, List.of(output(members, path + ".output")));
            case "reasoning" -> new Item(ASSISTANT, whole, List.of(reasoning(members, path + ".summary")));
            default -> new Item(ASSISTANT, whole, List.of(unknown(type, whole, path)));
        };
    }

    private void member(Members members, String path, String name) throws IOException {
        switch (name) {
            case "type" -> members.type = document.text(path + ".type");
            // Items that are not known may use the same names for values of any type.
            case "role" -> members.role = document.looseText();
            case "call_id" -> members.callId = document.looseText();
            case "name" -> members.name = document.looseText();
            case "arguments" -> members.arguments = document.looseText();
            case "input" -> members.input = document.looseText();
            case "content" -> members.content = document.rawOrNull();
            case "output" -> members.output = document.rawOrNull();
            case "summary" -> members.summary = document.rawOrNull();
            default -> document.skip();
        }
    }

    private static Block call(Members members) {
        return new Block("tool_use").toolUseId(members.callId).toolName(members.name);
    }

    private Block output(Members members, String path) {
        Block result = new Block("tool_result").toolResultId(members.callId);
        if (members.output != null) {
            document.again(members.output, path, again -> TextParts.read(again, path, ""))
                    .addTo(result);
        }
        return result;
    }

    private Block reasoning(Members members, String path) {
        Block block = new Block("thinking");
        if (members.summary != null) {
            TextParts summary = document.again(members.summary, path, again -> TextParts.read(again, path, "\n"));
            block.thinking(summary.text()).content(summary.others());
        }
        return block;
    }

    private List<Block> content(@Nullable RawJson content, String path) {
        if (content == null) {
            return List.of();
        }
        return document.again(content, path, again -> {
            if (again.isText()) {
                return List.of(new Block("text").text(again.text(path)));
            }
            if (!again.isArray()) {
                throw again.wrong(path, "must be a string or an array");
            }
            List<Block> blocks = new ArrayList<>();
            again.array(path, i -> blocks.add(new ContentPart(again).block(path + "[" + i + "]")));
            return blocks;
        });
    }

    private Block unknown(String type, RawJson whole, String path) {
        return new Block(type).content(document.again(whole, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
    }
}
