package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import org.jspecify.annotations.Nullable;

/** The members of a request as they are met; of two with one name the last counts. */
final class RequestParts {
    @Nullable
    String model;

    @Nullable
    Conversation conversation;

    @Nullable
    RawJson system;

    @Nullable
    RawJson tools;

    private final JsonObject others = new JsonObject();

    void other(String name, RawJson value) {
        others.put(name, value);
    }

    @Nullable
    RawJson takeOther(String name) {
        return others.take(name);
    }

    ParsedRequest parsed(Conversation from) {
        return new ParsedRequest(model, from.messages(), system, tools, params(), from.failedToolResults());
    }

    private @Nullable RawJson params() {
        return others.isEmpty() ? null : others.toJson();
    }
}
