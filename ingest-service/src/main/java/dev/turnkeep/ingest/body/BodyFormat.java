package dev.turnkeep.ingest.body;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@code Content-Type} says the body is. */
public enum BodyFormat {
    /** One JSON value: any media type that ends in {@code json}. */
    JSON,
    /** One JSON value per line. */
    NDJSON;

    private static final Set<String> LINES =
            Set.of("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines");

    /** @throws Invalid (415) for anything else, and for a charset that is not UTF-8 */
    public static BodyFormat of(@Nullable String contentType) {
        String[] parts = (contentType == null ? "" : contentType).split(";", -1);
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().toLowerCase(Locale.ROOT).replace("\"", "");
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                throw unsupported("the charset must be UTF-8");
            }
        }
        String type = parts[0].strip().toLowerCase(Locale.ROOT);
        if (LINES.contains(type)) {
            return NDJSON;
        }
        if (type.endsWith("json")) {
            return JSON;
        }
        throw unsupported("Content-Type must be application/json, or application/x-ndjson for a batch");
    }

    /** This format, if it is the one that is asked for; else 415. */
    public BodyFormat requiring(BodyFormat format) {
        if (this != format) {
            throw unsupported("Content-Type must be application/json");
        }
        return this;
    }

    private static Invalid unsupported(String detail) {
        return new Invalid(Problem.UNSUPPORTED_MEDIA_TYPE, "Content-Type", detail);
    }
}
