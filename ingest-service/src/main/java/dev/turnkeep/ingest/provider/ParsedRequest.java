package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A provider request, taken apart. The JSON values are slices of the request's bytes.
 *
 * @param messages in order, oldest first; may be empty
 * @param system the system prompt where the provider keeps it apart from the messages; else null
 * @param tools the tool definitions; null when absent
 * @param params an object of all other members; null when there is none
 * @param toolErrors how many failed tool results follow the last assistant message: those that are new in this turn
 */
public record ParsedRequest(
        @Nullable String model,
        List<Message> messages,
        @Nullable RawJson system,
        @Nullable RawJson tools,
        @Nullable RawJson params,
        int toolErrors) {

    public ParsedRequest {
        messages = List.copyOf(messages);
    }
}
