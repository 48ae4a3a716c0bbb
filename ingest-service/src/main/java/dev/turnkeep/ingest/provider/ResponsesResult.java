package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The members of a response object of the Responses API, as they are met. */
final class ResponsesResult {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;

    @Nullable
    String model;

    @Nullable
    String status;

    @Nullable
    String incompleteReason;

    @Nullable
    String error;

    @Nullable
    Instant createdAt;

    /** An array of items; null when it is empty. */
    @Nullable
    RawJson output;

    final TokenCounts usage = new TokenCounts();

    void member(Document document, String name) throws IOException {
        switch (name) {
            case "model" -> model = document.text(PATH + ".model");
            case "status" -> status = document.looseText();
            case "created_at" -> createdAt = document.epochSeconds();
            case "incomplete_details" ->
                document.optionalObject(PATH + ".incomplete_details", member -> {
                    if (member.equals("reason")) {
                        incompleteReason = document.text(PATH + ".incomplete_details.reason");
                    } else {
                        document.skip();
                    }
                });
            case "error" -> error = ProviderError.code(document, PATH + ".error");
            case "usage" -> usage.update(ChatUsage.read(document));
            case "service_tier" -> usage.details.tier(document.looseText());
            case "output" -> {
                int[] items = new int[1];
                int start = document.start();
                if (!document.isNull()) {
                    document.array(PATH + ".output", _ -> {
                        document.skip();
                        items[0]++;
                    });
                    output = items[0] == 0 ? null : document.since(start);
                }
            }
            default -> document.skip();
        }
    }

    /** Whether it says how the response ended. */
    boolean isFinal() {
        return status != null && !status.equals("in_progress") && !status.equals("queued");
    }

    /** The reason for which it is incomplete tells more than that it is. */
    @Nullable
    String stopReason() {
        return "incomplete".equals(status) && incompleteReason != null ? incompleteReason : status;
    }
}
