package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the messages of a chat completions request. A message with more than a role and content is kept whole. */
final class ChatMessages {
    private final Document document;

    ChatMessages(Document document) {
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
        private @Nullable String toolCallId;
        private @Nullable String name;
        private @Nullable String refusal;
        private @Nullable RawJson audio;
        private List<Block> calls = List.of();
        private boolean hasMore;
    }

    private void message(String path, Conversation conversation) throws IOException {
        int start = document.start();
        Members members = new Members();
        document.object(path, name -> member(members, path, name));
        RawJson whole = document.since(start);
        String role = members.role;
        if (role == null) {
            throw document.wrong(path + ".role", "is required");
        }
        RawJson alone = members.hasMore ? null : members.content;
        conversation.add(role, alone == null ? whole : alone, blocks(role, members, path));
    }

    private void member(Members members, String path, String name) throws IOException {
        String at = path + "." + name;
        members.hasMore |= !name.equals("role") && !name.equals("content");
        switch (name) {
            case "role" -> members.role = document.requiredText(at);
            case "content" -> members.content = document.rawOrNull();
            case "tool_call_id" -> members.toolCallId = document.text(at);
            case "name" -> members.name = document.text(at);
            case "refusal" -> members.refusal = document.text(at);
            case "audio" -> members.audio = document.isNull() ? null : document.canonical(Form.COMPLETE);
            case "tool_calls" -> members.calls = toolCalls(at);
            case "function_call" -> members.calls = document.isNull() ? List.of() : List.of(functionCall(at));
            default -> document.skip();
        }
    }

    private List<Block> blocks(String role, Members members, String path) {
        List<Block> blocks = new ArrayList<>();
        RawJson content = members.content;
        String at = path + ".content";
        if (role.equals("tool") || role.equals("function")) {
            Block result = new Block("tool_result").toolResultId(members.toolCallId);
            if (role.equals("function")) {
                result.toolName(members.name);
            }
            if (content != null) {
                document.again(content, at, again -> TextParts.read(again, at, "\n"))
                        .addTo(result);
            }
            blocks.add(result);
        } else if (content != null) {
            blocks.addAll(document.again(content, at, again -> parts(again, at)));
        }
        if (members.refusal != null) {
            blocks.add(new Block("refusal").text(members.refusal));
        }
        if (members.audio != null) {
            blocks.add(new Block("audio").content(members.audio));
        }
        blocks.addAll(members.calls);
        return blocks;
    }

    private static List<Block> parts(Document content, String path) throws IOException {
        if (content.isText()) {
            return List.of(new Block("text").text(content.text(path)));
        }
        if (!content.isArray()) {
            throw content.wrong(path, "must be a string, an array or null");
        }
        List<Block> blocks = new ArrayList<>();
        content.array(path, i -> blocks.add(new ContentPart(content).block(path + "[" + i + "]")));
        return blocks;
    }

    private List<Block> toolCalls(String path) throws IOException {
        if (document.isNull()) {
            return List.of();
        }
        List<Block> calls = new ArrayList<>();
        document.array(path, i -> calls.add(toolCall(path + "[" + i + "]")));
        return calls;
    }

    private Block toolCall(String path) throws IOException {
        Block call = new Block("tool_use");
        document.object(path, name -> {
            switch (name) {
                case "id" -> call.toolUseId(document.text(path + ".id"));
                case "function", "custom" -> function(call, path + "." + name);
                default -> document.skip();
            }
        });
        return call;
    }

    private Block functionCall(String path) throws IOException {
        Block call = new Block("tool_use");
        function(call, path);
        return call;
    }

    private void function(Block call, String path) throws IOException {
        document.object(path, name -> {
            String at = path + "." + name;
            switch (name) {
                case "name" -> call.toolName(document.text(at));
                case "arguments" -> {
                    String arguments = document.text(at);
                    call.toolInput(arguments == null ? null : ToolArguments.canonical(arguments));
                }
                case "input" -> {
                    String input = document.text(at);
                    call.toolInput(input == null ? null : ToolArguments.freeform(input));
                }
                default -> document.skip();
            }
        });
    }
}
