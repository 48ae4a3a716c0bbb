package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.provider.GenAiFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was posted, taken apart in one pass and not yet judged. Large values are slices of the body.
 *
 * @param format in which request and response are written; null is the provider's own
 * @param request the provider's request, as given
 * @param response the parsed response, as given
 * @param rawResponse the response as its bytes; null when absent
 * @param meta as given; {@code metaFields} are its members
 */
record Envelope(
        @Nullable String provider,
        @Nullable String format,
        @Nullable String agent,
        @Nullable RawJson request,
        @Nullable RawJson response,
        @Nullable RawResponse rawResponse,
        @Nullable RawJson meta,
        Fields metaFields,
        Fields session) {

    private static final Set<String> TEXTS = Set.of("provider", "format", "agent_name", "raw_response_encoding");
    private static final Set<String> VALUES = Set.of("request", "response", "raw_response", "meta", "session");
    private static final Set<String> META_TEXTS =
            Set.of("request_id", "thread_id", "ts_request", "captured_at", "content_type");
    private static final Set<String> META_VALUES =
            Set.of("elapsed_seconds", "upstream_status", "model", "path", ReportedCost.NAME, GenAiFormat.CALL_ID);
    /** @throws dev.turnkeep.contracts.problem.Invalid (400) for what is not an envelope */
    static Envelope read(RawJson source) {
        Fields fields = Fields.read(null, source, TEXTS, VALUES);
        Fields meta = fields.object("meta", META_TEXTS, META_VALUES);
        return new Envelope(
                fields.filled("provider"),
                fields.filled("format"),
                fields.filled("agent_name"),
                fields.raw("request"),
                fields.raw("response"),
                RawResponse.of(
                        fields.raw("raw_response"), fields.text("raw_response_encoding"), meta.text("content_type")),
                fields.raw("meta"),
                meta,
                SessionBlocks.members(fields));
    }
}
