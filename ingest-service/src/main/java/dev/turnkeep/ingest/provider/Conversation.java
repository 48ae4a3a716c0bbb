package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.merkle.ContentWriter;
import dev.turnkeep.contracts.merkle.Message;
import java.util.ArrayList;
import java.util.List;

/** The messages of a request as they are read, and which tool results among them are new and failed. */
final class Conversation {
    private final ContentWriter writer = new ContentWriter();
    private final List<Message> messages = new ArrayList<>();
    private int failedToolResults;
    private List<Block> last = List.of();

    /** @param content as given */
    void add(String role, RawJson content, List<Block> blocks) {
        blocks.forEach(writer::add);
        last = blocks;
        messages.add(new Message(role, content, writer.finish()));
        if (role.equals("assistant")) {
            failedToolResults = 0;
        } else {
            for (Block block : blocks) {
                failedToolResults += block.isFailedToolResult() ? 1 : 0;
            }
        }
    }

    Message lastMessage() {
        return messages.getLast();
    }

    /** Of the last message. */
    List<Block> lastBlocks() {
        return last;
    }

    List<Message> messages() {
        return messages;
    }

    /** Those after the last assistant message. */
    int failedToolResults() {
        return failedToolResults;
    }
}
