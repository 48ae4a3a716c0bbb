package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the messages of Ollama's chat API. A message with more than a role and content is kept whole. */
final class OllamaMessages {
    private final Document document;

    OllamaMessages(Document document) {
        this.document = document;
    }

    Conversation read(String path) throws IOException {
        Conversation conversation = new Conversation();
        document.array(path, i -> message(path + "[" + i + "]", conversation));
        return conversation;
    }

    /** The one message at the current token. */
    Conversation readOne(String path) throws IOException {
        Conversation conversation = new Conversation();
        message(path, conversation);
        return conversation;
    }

    private static final class Members {
        private @Nullable String role;
        private @Nullable RawJson content;
        private @Nullable String text;
        private @Nullable String thinking;
        private @Nullable String toolName;
        private @Nullable String toolCallId;
        private List<Block> images = List.of();
        private List<Block> calls = List.of();
        private boolean hasMore;
    }

    private void message(String path, Conversation conversation) throws IOException {
        int start = document.start();
        Members members = new Members();
        document.object(path, name -> member(members, path, name));
        RawJson whole = document.since(start);
        if (members.role == null) {
            throw document.wrong(path + ".role", "is required");
        }
        RawJson alone = members.hasMore ? null : members.content;
        conversation.add(members.role, alone == null ? whole : alone, blocks(members, members.role));
    }

    private void member(Members members, String path, String name) throws IOException {
        String at = path + "." + name;
        members.hasMore |= !name.equals("role") && !name.equals("content");
        switch (name) {
            case "role" -> members.role = document.requiredText(at);
            case "content" -> {
                members.text = document.text(at);
                members.content = document.rawOrNull();
            }
            case "thinking" -> members.thinking = document.text(at);
            case "images" -> members.images = images(document, at);
            case "tool_calls" -> members.calls = calls(at);
            case "tool_name" -> members.toolName = document.text(at);
            case "tool_call_id" -> members.toolCallId = document.text(at);
            default -> document.skip();
        }
    }

    private static List<Block> blocks(Members members, String role) {
        List<Block> blocks = new ArrayList<>();
        if (role.equals("tool")) {
            blocks.add(new Block("tool_result")
                    .toolResultId(members.toolCallId)
                    .toolName(members.toolName)
                    .toolOutput(members.text));
        } else {
            if (members.thinking != null && !members.thinking.isEmpty()) {
                blocks.add(new Block("thinking").thinking(members.thinking));
            }
            if (members.text != null) {
                blocks.add(new Block("text").text(members.text));
            }
        }
        blocks.addAll(members.images);
        blocks.addAll(members.calls);
        return blocks;
    }

    static List<Block> images(Document document, String path) throws IOException {
        List<Block> images = new ArrayList<>();
        if (!document.isNull()) {
            document.array(path, i -> images.add(new Block("image").imageBase64(document.text(path + "[" + i + "]"))));
        }
        return images;
    }

    private List<Block> calls(String path) throws IOException {
        List<Block> calls = new ArrayList<>();
        if (!document.isNull()) {
            document.array(path, i -> calls.add(call(path + "[" + i + "]")));
        }
        return calls;
    }

    private Block call(String path) throws IOException {
        Block call = new Block("tool_use");
        document.object(path, name -> {
            switch (name) {
                case "id" -> call.toolUseId(document.text(path + ".id"));
                case "function" -> document.object(path + ".function", member -> function(call, path, member));
                default -> document.skip();
            }
        });
        return call;
    }

    /** Arguments are an object here, not the text of one. */
    private void function(Block call, String path, String name) throws IOException {
        switch (name) {
            case "name" -> call.toolName(document.text(path + ".function.name"));
            case "arguments" -> call.toolInput(document.canonical(Form.WITHOUT_ZEROS));
            default -> document.skip();
        }
    }
}
