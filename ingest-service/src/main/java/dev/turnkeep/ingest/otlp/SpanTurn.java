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
        String conversation = attributes.text("gen_ai.conversation.id");
        RawJson input = messages.input() == null && conversation == null ? messages.lostInput() : messages.input();
        String responseId = responseId(attributes);
        JsonObject envelope = new JsonObject()
                .put("format", GenAiFormat.NAME)
                .put("provider", provider == null ? "unknown" : PROVIDERS.getOrDefault(provider, provider));
        put(envelope, "agent_name", attributes.text("gen_ai.agent.name"));
        envelope.put("request", request(span, messages, input))
                .put("response", response(span, messages))
                .put("meta", meta(span, messages, responseId));
        return new Mapped.Turn(new Call(
                envelope,
                session(span),
                span.traceId,
                span.spanId,
                span.parentId,
                responseId,
                conversation,
                span.start,
                span.end));
    }

    /** Some servers number their responses, so that a short name is soon another's. */
    private static @Nullable String responseId(Attributes attributes) {
        String id = attributes.text("gen_ai.response.id");
        return id == null || id.length() < UNIQUE ? null : id;
    }

    private static RawJson request(ReportedSpan span, SpanMessages messages, @Nullable RawJson input) {
        JsonObject request = new JsonObject();
        span.attributes.each("gen_ai.request.", (name, value) -> {
            if (!name.equals("model") && !name.equals("messages")) {
                request.put(name, value);
            }
        });
        put(request, "model", span.attributes.text("gen_ai.request.model"));
        put(request, "messages", input);
        put(request, "system_instructions", messages.system());
        put(request, "tool_definitions", span.attributes.structured("gen_ai.tool.definitions"));
        return request.toJson();
    }

    private static RawJson response(ReportedSpan span, SpanMessages messages) {
        Attributes attributes = span.attributes;
        JsonObject response = new JsonObject().put("usage", usage(attributes));
        put(response, "model", attributes.text("gen_ai.response.model"));
        put(response, "messages", messages.output());
        put(response, "finish_reason", messages.finishReason());
        if (span.failed()) {
            String type = attributes.text("error.type");
            response.put("error", type == null ? "error" : type);
        }
        return response.toJson();
    }

    private static RawJson usage(Attributes attributes) {
        JsonObject usage = new JsonObject();
        String prefix = "gen_ai.usage.";
        put(usage, "input_tokens", attributes.first(prefix + "input_tokens", prefix + "prompt_tokens"));
        put(usage, "output_tokens", attributes.first(prefix + "output_tokens", prefix + "completion_tokens"));
        put(
                usage,
                "cache_read_tokens",
                attributes.first(prefix + "cache_read.input_tokens", prefix + "cache_read_input_tokens"));
        put(
                usage,
                "cache_write_tokens",
                attributes.first(prefix + "cache_creation.input_tokens", prefix + "cache_creation_input_tokens"));
        put(
                usage,
                "reasoning_tokens",
                attributes.first(
                        prefix + "reasoning.output_tokens",
                        prefix + "reasoning_output_tokens",
                        prefix + "reasoning_tokens"));
        put(
                usage,
                "service_tier",
                attributes.text("openai.response.service_tier", "gen_ai.openai.response.service_tier"));
        return usage.toJson();
    }

    /**
     * The trace and the provider's response name the turn, or else the span: exporters send a span again when they got no
     * answer, and another instrumentation of the same call sends its own.
     */
    private static RawJson meta(ReportedSpan span, SpanMessages messages, @Nullable String responseId) {
        JsonObject meta = new JsonObject();
        if (!span.traceId.isEmpty() && !span.spanId.isEmpty()) {
            meta.put("request_id", span.traceId + ":" + (responseId == null ? span.spanId : responseId));
        }
        if (span.end > 0) {
            meta.put(
                    "captured_at",
                    Instant.ofEpochSecond(span.end / SECOND, span.end % SECOND).toString());
        }
        if (span.start > 0 && span.end > span.start) {
            meta.put("elapsed_seconds", RawJson.of(Double.toString((double) (span.end - span.start) / SECOND)));
        }
        put(meta, "unreadable", messages.lost());
        put(meta, "upstream_request_id", span.attributes.text("gen_ai.response.id"));
        return meta.toJson();
    }

    private static JsonObject session(ReportedSpan span) {
        JsonObject session = new JsonObject();
        String service = span.resource.text("service.name");
        if (service != null && !service.startsWith(UNKNOWN_SERVICE)) {
            session.put("harness_id", service);
        }
        put(session, "harness_version", span.resource.text("service.version"));
        put(session, "harness_session_id", span.attributes.text("gen_ai.conversation.id"));
        put(session, "auth_subject", span.attributes.text("user.id", "enduser.id"));
        return session;
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
