package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.provider.GenAiFormat;
import dev.turnkeep.ingest.provider.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A call of a model, as one span tells of it, until its turn is written: then with what other spans of the same call say.
 * Confined to its export.
 */
final class Call {
    static final String CONVERSATION = "harness_session_id";
    static final String MESSAGES = "messages";
    static final String AGENT = "agent_name";
    static final String PROVIDER = "provider";

    final Place span;
    /** Provider and agent. */
    final JsonObject names = new JsonObject();

    final JsonObject request = new JsonObject();
    final JsonObject response = new JsonObject();
    final JsonObject meta = new JsonObject();
    final SpanUsage usage;
    private JsonObject session = new JsonObject();
    private @Nullable String responseId;
    private @Nullable RawJson lostInput;
    private @Nullable RawJson lostOutput;

    /**
     * Where the span stands, without what it says.
     *
     * @param start and {@code end}: nanoseconds since 1970
     * @param failure what went wrong; null when nothing did
     */
    record Place(
            String traceId,
            String spanId,
            String parentId,
            long start,
            long end,
            @Nullable String failure) {
        static Place of(ReportedSpan span) {
            String type = span.attributes.text("error.type");
            String failure = span.failed() ? type == null ? "error" : type : null;
            return new Place(span.traceId, span.spanId, span.parentId, span.start, span.end, failure);
        }
    }

    /**
     * @param responseId the provider's; null when none is told that can tell responses apart
     * @param lost what is there of the messages, and is not JSON
     */
    Call(ReportedSpan span, SpanUsage usage, @Nullable String responseId, SpanMessages lost) {
        this.span = Place.of(span);
        this.usage = usage;
        this.responseId = responseId;
        this.lostInput = lost.lostInput();
        this.lostOutput = lost.lostOutput();
    }

    JsonObject session() {
        return session;
    }

    @Nullable
    String responseId() {
        return responseId;
    }

    boolean failed() {
        return span.failure() != null;
    }

    /** Bytes. */
    long length() {
        long bytes = names.length();
        bytes += session.length();
        bytes += request.length();
        bytes += response.length();
        bytes += meta.length();
        bytes += lostInput == null ? 0 : lostInput.length();
        return bytes + (lostOutput == null ? 0 : lostOutput.length());
    }

    /** Whether the span of the outer call may be another one of this call, as far as they say. */
    boolean mayBe(Call outer) {
        boolean sameResponse = responseId == null || outer.responseId == null || responseId.equals(outer.responseId);
        return sameResponse && (outer.failed() || !failed());
    }

    /** Takes over in whose conversation it is, and whose call, where it does not say so itself. */
    void belongTo(Call outer) {
        boolean told = session.has(CONVERSATION) || !outer.session.has(CONVERSATION);
        // The conversation is one of the outer one's harness.
        session = told
                ? session.fill(outer.session)
                : new JsonObject().fill(outer.session).fill(session);
        RawJson agent = outer.names.member(AGENT);
        if (agent != null && !names.has(AGENT)) {
            names.put(AGENT, agent);
        }
    }

    /** Takes over what another span of this call says and this one does not. When it was, and whether it failed, is its own. */
    void complete(Call other) {
        completeAsLast(other);
        usage.complete(other.usage);
    }

    /** As {@link #complete}, from a call around several of which this is the last: what it used, all of them did. */
    void completeAsLast(Call other) {
        belongTo(other);
        names.fill(other.names);
        request.fill(other.request);
        response.fill(other.response);
        meta.fill(other.meta);
        responseId = responseId == null ? other.responseId : responseId;
        lostInput = lostInput == null ? other.lostInput : lostInput;
        lostOutput = lostOutput == null ? other.lostOutput : lostOutput;
    }

    /** The envelope of its turn. Once, when everything is known of it. */
    RawJson turn() {
        String lost = lost();
        if (lost != null) {
            meta.put("unreadable", lost);
        }
        if (lostInput != null && !request.has(MESSAGES) && !session.has(CONVERSATION)) {
            request.put(MESSAGES, lostInput);
        }
        identify();
        if (span.failure() != null) {
            response.put("error", span.failure());
        }
        response.put("usage", usage.toJson());
        JsonObject envelope = new JsonObject().put("format", GenAiFormat.NAME).fill(names);
        if (!names.has(PROVIDER)) {
            envelope.put(PROVIDER, "unknown");
        }
        return envelope.put("request", request.toJson())
                .put("response", response.toJson())
                .put("meta", meta.toJson())
                .put("session", session.toJson())
                .toJson();
    }

    /**
     * The trace and the provider's response name the call wherever it is told of: another instrumentation's span of it may
     * come with another export, and know less of its session. Else the span names it: exporters send a span again when they
     * got no answer.
     */
    private void identify() {
        if (span.traceId().isEmpty() || span.spanId().isEmpty()) {
            return;
        }
        String id = span.traceId() + ":" + (responseId == null ? span.spanId() : responseId);
        meta.put("request_id", id);
        if (responseId != null) {
            meta.put(GenAiFormat.CALL_ID, id);
        }
    }

    /** Which sides of what was said were lost: null, {@code input}, {@code output} or {@code input and output}. */
    private @Nullable String lost() {
        boolean input = lostInput != null && !request.has(MESSAGES);
        boolean output = lostOutput != null && !response.has(MESSAGES);
        if (input) {
            return output ? "input and output" : "input";
        }
        return output ? "output" : null;
    }
}
