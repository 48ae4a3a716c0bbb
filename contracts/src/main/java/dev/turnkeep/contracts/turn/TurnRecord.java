package dev.turnkeep.contracts.turn;

import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.json.RawJson;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A turn as it is published on {@code turnkeep.turns.v1}. {@link TurnCodec} is its wire form; the JSON Schema
 * {@code schema/turn.v1.json} documents it for consumers in other languages.
 *
 * @param address the session that the turn goes to; its encoding is the Kafka key
 * @param synthetic the address holds a harness session id made from the first words
 * @param callersTime the caller's own completion time, if it gave one
 * @param status {@code ok} or {@code error}: how the provider's response ended
 * @param stopReason in the provider's words; null when it gave no reason
 * @param stopKind the same in one vocabulary
 * @param error the provider's code of what went wrong, such as {@code overloaded_error}; null when it told of nothing
 * @param latencyNanos from the request to the end of the response, as the caller measured it; null when it did not
 * @param toolCalls how many tools the response asks for
 * @param toolErrors how many failed tool results this turn's new messages bring
 * @param costNanoUsd what the caller says the turn cost, in 10⁻⁹ US dollars; null when it said nothing
 * @param nodes the chain, root first; the last one is the response. Never empty
 * @param system the system prompt, tool definitions and remaining request parameters as given; null when absent
 * @param meta the caller's {@code meta} object as given
 */
public record TurnRecord(
        TurnId id,
        TurnAddress address,
        boolean synthetic,
        SessionBlock session,
        @Nullable String requestId,
        @Nullable Instant callersTime,
        String provider,
        @Nullable String model,
        @Nullable String agent,
        @Nullable String threadId,
        String status,
        @Nullable String stopReason,
        StopKind stopKind,
        @Nullable String error,
        Usage usage,
        @Nullable Long latencyNanos,
        int toolCalls,
        int toolErrors,
        @Nullable Long costNanoUsd,
        List<TurnNode> nodes,
        @Nullable RawJson system,
        @Nullable RawJson tools,
        @Nullable RawJson params,
        @Nullable RawJson meta,
        @Nullable String traceparent) {

    public TurnRecord {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a turn has at least its response node");
        }
    }

    public TurnNode root() {
        return nodes.getFirst();
    }

    /** The response. */
    public TurnNode leaf() {
        return nodes.getLast();
    }
}
