package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.TurnNode;
import dev.turnkeep.contracts.turn.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was said in a turn, whatever the provider.
 *
 * @param status {@code ok} or {@code error}
 * @param stopReason as the provider named it, and in one vocabulary
 * @param error the provider's code of what went wrong; null when it told of nothing
 * @param costNanoUsd what the provider says it charged; null when it does not
 * @param totalNanos how long the provider says it took; null when it does not
 * @param createdAt the response's own time; null when it has none
 * @param nodes the chain, root first, the response last
 * @param firstWords the hash of the first non-system node with content, else of the leaf; null of a call whose messages were
 *     not captured
 */
record Conversation(
        String provider,
        @Nullable String model,
        String status,
        @Nullable String stopReason,
        StopKind stopKind,
        @Nullable String error,
        Usage usage,
        @Nullable Long costNanoUsd,
        @Nullable Long totalNanos,
        @Nullable Instant createdAt,
        int toolCalls,
        int toolErrors,
        List<TurnNode> nodes,
        @Nullable String firstWords,
        @Nullable RawJson system,
        @Nullable RawJson tools,
        @Nullable RawJson params) {}
