package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.merkle.Block;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Counts the tools that a message calls. */
final class ToolCalls {
    private ToolCalls() {}

    /** A call that two blocks name by one id is one; a call without an id is one of its own. */
    static int count(List<Block> blocks) {
        Set<String> ids = new HashSet<>();
        int unnamed = 0;
        for (Block block : blocks) {
            if (block.isToolCall()) {
                String id = block.toolUseId();
                if (id == null || id.isEmpty()) {
                    unnamed++;
                } else {
                    ids.add(id);
                }
            }
        }
        return ids.size() + unnamed;
    }
}
