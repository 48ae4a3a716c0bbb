package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a response says beside its message, as it is met. */
final class ResponseParts {
    @Nullable
    String model;

    @Nullable
    String stopReason;

    @Nullable
    String error;

    @Nullable
    Instant createdAt;

    @Nullable
    Long durationNanos;

    @Nullable
    Long costNanoUsd;

    boolean unreadableToolInput;

    /** @param blocks of the message */
    ParsedResponse parsed(Message message, List<Block> blocks, Usage usage) {
        return new ParsedResponse(
                message,
                model,
                stopReason,
                kind(blocks),
                error,
                createdAt,
                usage,
                costNanoUsd,
                durationNanos,
                ToolCalls.count(blocks),
                unreadableToolInput);
    }

    /** Some providers have no reason of its own for a message that ends in calls of the caller's tools. */
    private StopKind kind(List<Block> blocks) {
        StopKind kind = StopKind.of(stopReason);
        return kind == StopKind.COMPLETE && blocks.stream().anyMatch(Block::asksCaller) ? StopKind.TOOL_USE : kind;
    }
}
