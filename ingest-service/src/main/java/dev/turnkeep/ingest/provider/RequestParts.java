package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
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

    private final Map<String, RawJson> others = new LinkedHashMap<>();

    void other(String name, RawJson value) {
        others.put(name, value);
    }

    @Nullable
    RawJson takeOther(String name) {
        return others.remove(name);
    }

    ParsedRequest parsed(Conversation from) {
        return new ParsedRequest(model, from.messages(), system, tools, params(), from.failedToolResults());
    }

    private @Nullable RawJson params() {
        if (others.isEmpty()) {
            return null;
        }
        ByteBuilder out = new ByteBuilder(256);
        others.forEach((name, value) -> {
            out.append(out.length() == 0 ? '{' : ',');
            CanonicalText.write(name, out);
            out.append(':').append(value);
        });
        return out.append('}').toJson();
    }
}
