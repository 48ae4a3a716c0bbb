package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.Usage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A provider response: the message that ends the turn's chain, and what the provider says about it.
 *
 * @param stopReason as the provider names it; {@link #INCOMPLETE} or {@link #ERROR} when a stream broke off
 * @param stopKind the same in one vocabulary
 * @param error the provider's code of what went wrong; null when it told of nothing
 * @param createdAt by the provider's or the reducer's clock; null when the response does not say
 * @param costNanoUsd what the provider says it charged, in 10⁻⁹ dollars; null when it does not
 * @param durationNanos from request to end; null when the response does not say
 * @param toolCalls how many distinct tools calls the message makes, those that the provider runs itself included
 * @param unreadableToolInput some tool call's streamed input was no JSON, and is null in the content
 */
public record ParsedResponse(
        Message message,
        @Nullable String model,
        @Nullable String stopReason,
        StopKind stopKind,
        @Nullable String error,
        @Nullable Instant createdAt,
        Usage usage,
        @Nullable Long costNanoUsd,
        @Nullable Long durationNanos,
        int toolCalls,
        boolean unreadableToolInput) {

    /** The stream ended before the provider said that the message was complete. */
    public static final String INCOMPLETE = "incomplete";

    /** The provider reported an error in the stream. */
    public static final String ERROR = "error";
}
