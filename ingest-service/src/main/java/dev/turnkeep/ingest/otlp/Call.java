package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.provider.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A call of a model, as one span tells of it. Two instrumentations in one program each tell of the same call: the outer one's
 * span is the parent of the inner one's, or both name the provider's response.
 *
 * @param envelope of its turn, without the session
 * @param responseId the provider's; null when none is told that can tell responses apart
 * @param start and {@code end}: nanoseconds since 1970
 */
record Call(
        JsonObject envelope,
        JsonObject session,
        String traceId,
        String spanId,
        String parentId,
        @Nullable String responseId,
        @Nullable String conversation,
        long start,
        long end) {

    private static final String CONVERSATION = "harness_session_id";

    /** Whether this is the other one's call, told of from further out. */
    boolean isOutside(Call inner) {
        if (!traceId.equals(inner.traceId) || traceId.isEmpty() || spanId.equals(inner.spanId)) {
            return false;
        }
        if (inner.parentId.equals(spanId)) {
            return responseId == null || inner.responseId == null || responseId.equals(inner.responseId);
        }
        return responseId != null
                && responseId.equals(inner.responseId)
                && !parentId.equals(inner.spanId)
                && (start != inner.start ? start < inner.start : end > inner.end);
    }

    /** The inner call, which may not know the conversation. */
    Call within(Call outer) {
        return conversation != null || outer.conversation == null
                ? this
                : new Call(
                        envelope,
                        session.put(CONVERSATION, outer.conversation),
                        traceId,
                        spanId,
                        parentId,
                        responseId,
                        outer.conversation,
                        start,
                        end);
    }

    RawJson turn() {
        return envelope.put("session", session.toJson()).toJson();
    }
}
