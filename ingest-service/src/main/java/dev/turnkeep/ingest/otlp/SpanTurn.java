package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.provider.GenAiFormat;
import dev.turnkeep.ingest.provider.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A span of a call to a model, written as the envelope of a turn in the format {@link GenAiFormat#NAME}. From there on it
 * is a turn like any other: judged, keyed, kept as a dead letter when it cannot be processed.
 */
final class SpanTurn {
    private static final Set<String> CALLS = Set.of("chat", "generate_content", "text_completion");
    private static final String UNKNOWN_SERVICE = "unknown_service";
    private static final long SECOND = 1_000_000_000;
    private static final int UNIQUE = 16;

    /** Names of the conventions for providers that have a name of their own here. */
    private static final Map<String, String> PROVIDERS = Map.of(
            "aws.bedrock", "bedrock",
            "gcp.gemini", "gemini",
            "gcp.gen_ai", "gemini",
            "gcp.vertex_ai", "gemini",
            "vertex_ai", "gemini",
            "azure.ai.openai", "azure",
            "az.ai.openai", "azure",
            "azure.ai.inference", "azure",
            "az.ai.inference", "azure");

    private SpanTurn() {}

    /** What becomes of a span. */
    sealed interface Mapped {
        /** A call is a turn, or a dead letter when it can be none. */
        record Turn(Call call) implements Mapped {}

        /** @param reason for people; never a value of the span */
        record Not(String reason) implements Mapped {}
    }

    static final Mapped.Not NO_CALL = new Mapped.Not("is no call of a model");

    /**
     * A call whose messages cannot be read is one whose messages were not captured, as long as it names its conversation. Else
     * no session can be told of it: it is passed on as it is, and refused as a turn, so that it becomes a dead letter.
     */
    static Mapped of(ReportedSpan span) {
        Attributes attributes = span.attributes;
        String provider = attributes.text("gen_ai.provider.name", "gen_ai.system");
        String operation = attributes.text("gen_ai.operation.name");
        if (operation == null ? provider == null : !CALLS.contains(operation)) {
            return NO_CALL;
        }
        SpanMessages messages = SpanMessages.of(span);
        Call call = new Call(span, SpanUsage.of(attributes), responseId(attributes), messages);
        put(call.names, Call.PROVIDER, provider == null ? null : PROVIDERS.getOrDefault(provider, provider));
        put(call.names, Call.AGENT, attributes.text("gen_ai.agent.name"));
        request(span, messages, call.request);
        response(span, messages, call.response);
        meta(span, call.meta);
        session(span, call.session());
        return new Mapped.Turn(call);
    }

    /** Some servers number their responses, so that a short name is soon another's. */
    private static @Nullable String responseId(Attributes attributes) {
        String id = attributes.text("gen_ai.response.id");
        return id == null || id.length() < UNIQUE ? null : id;
    }

    private static void request(ReportedSpan span, SpanMessages messages, JsonObject request) {
        span.attributes.each("gen_ai.request.", (name, value) -> {
            if (!name.equals("model") && !name.equals(Call.MESSAGES)) {
                request.put(name, value);
            }
        });
        put(request, "model", span.attributes.text("gen_ai.request.model"));
        put(request, Call.MESSAGES, messages.input());
        put(request, "system_instructions", messages.system());
        put(request, "tool_definitions", span.attributes.structured("gen_ai.tool.definitions"));
    }

    private static void response(ReportedSpan span, SpanMessages messages, JsonObject response) {
        put(response, "model", span.attributes.text("gen_ai.response.model"));
        put(response, Call.MESSAGES, messages.output());
        put(response, "finish_reason", messages.finishReason());
    }

    private static void meta(ReportedSpan span, JsonObject meta) {
        if (span.end > 0) {
            meta.put(
                    "captured_at",
                    Instant.ofEpochSecond(span.end / SECOND, span.end % SECOND).toString());
        }
        if (span.start > 0 && span.end > span.start) {
            meta.put("elapsed_seconds", RawJson.of(Double.toString((double) (span.end - span.start) / SECOND)));
        }
        put(meta, "upstream_request_id", span.attributes.text("gen_ai.response.id"));
    }

    private static void session(ReportedSpan span, JsonObject session) {
        String service = span.resource.text("service.name");
        if (service != null && !service.startsWith(UNKNOWN_SERVICE)) {
            session.put("harness_id", service);
        }
        put(session, "harness_version", span.resource.text("service.version"));
        put(session, Call.CONVERSATION, span.attributes.text("gen_ai.conversation.id"));
        put(session, "auth_subject", span.attributes.text("user.id", "enduser.id"));
    }

    private static void put(JsonObject object, String name, @Nullable String value) {
        if (value != null) {
            object.put(name, value);
        }
    }

    private static void put(JsonObject object, String name, @Nullable RawJson value) {
        if (value != null) {
            object.put(name, value);
        }
    }
}
