package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a provider sent, out of its content coding.
 *
 * @param body not necessarily JSON, nor UTF-8
 */
record RawResponse(RawJson body, @Nullable String contentType) {
    /** Server-sent events rather than one document. */
    boolean isStream() {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        if (type.contains("event-stream")) {
            return true;
        }
        return !type.contains("json") && !startsWithBrace();
    }

    private boolean startsWithBrace() {
        for (int i = 0; i < body.length(); i++) {
            byte b = body.array()[body.offset() + i];
            if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                return b == '{';
            }
        }
        return false;
    }
}
