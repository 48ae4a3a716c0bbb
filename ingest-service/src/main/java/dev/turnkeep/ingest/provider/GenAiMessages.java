package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of OpenTelemetry's semantic conventions: a role and parts. Events of older conventions tell of
 * messages in the shape of chat completions, with a {@code content}: these are read as such.
 */
final class GenAiMessages {
    private final Document document;

    GenAiMessages(Document document) {
        this.document = document;
    }

    Conversation read(String path) throws IOException {
        Conversation conversation = new Conversation();
        document.array(path, i -> message(path + "[" + i + "]", null, conversation));
        return conversation;
    }

    private static final class Members {
        private @Nullable String role;
        private @Nullable RawJson parts;
        private List<Block> blocks = List.of();
        private @Nullable String finishReason;
    }

    /**
     * Adds the message at the current token.
     *
     * @param role of a message that names none; null when it has to
     * @return its finish reason
     */
    @Nullable
    String message(String path, @Nullable String role, Conversation conversation) throws IOException {
        int start = document.start();
        Members members = new Members();
        document.object(path, name -> {
            switch (name) {
                case "role" -> members.role = document.text(path + ".role");
                case "finish_reason" -> members.finishReason = document.looseText();
                case "parts" -> {
                    int from = document.start();
                    members.blocks = blocks(path + ".parts");
                    members.parts = document.since(from);
                }
                default -> document.skip();
            }
        });
        String said = members.role == null || members.role.isEmpty() ? role : members.role;
        if (said == null) {
            throw document.wrong(path + ".role", "is required");
        }
        RawJson whole = document.since(start);
        if (members.parts != null) {
            conversation.add(said, members.parts, members.blocks);
        } else {
            RawJson chat =
                    members.role == null ? new JsonObject().put("role", said).appendedTo(whole) : whole;
            Conversation one = document.again(chat, path, again -> new ChatMessages(again).readOne(path));
            conversation.add(said, one.lastMessage().content(), one.lastBlocks());
        }
        return members.finishReason;
    }

    private List<Block> blocks(String path) throws IOException {
        List<Block> blocks = new ArrayList<>();
        document.array(path, i -> blocks.add(new GenAiPart(document).read(path + "[" + i + "]")));
        return blocks;
    }
}
