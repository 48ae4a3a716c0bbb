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
        /** @param envelope of its turn */
        record Turn(RawJson envelope) implements Mapped {}

        /** @param reason for people; never a value of the span */
        record Not(String reason) implements Mapped {}
    }

    static final Mapped.Not NO_CALL = new Mapped.Not("is no call of a model");
    static final Mapped.Not NO_ID = new Mapped.Not("has no trace and span id");
    static final Mapped.Not NO_CONTENT =
            new Mapped.Not("has neither messages nor gen_ai.conversation.id, so that no session can be told");
    static final Mapped.Not NO_JSON = new Mapped.Not("has messages that are not JSON");

    static Mapped of(ReportedSpan span) {
        Attributes attributes = span.attributes;
        String provider = attributes.text("gen_ai.provider.name", "gen_ai.system");
        String operation = attributes.text("gen_ai.operation.name");
        if (operation == null ? provider == null : !CALLS.contains(operation)) {
            return NO_CALL;
        }
        if (span.traceId.isEmpty() || span.spanId.isEmpty()) {
            return NO_ID;
        }
        SpanMessages messages = SpanMessages.of(span);
        if (messages.unreadable()) {
            return NO_JSON;
        }
        boolean said = messages.input() != null || messages.output() != null;
        if (!said && attributes.text("gen_ai.conversation.id") == null) {
            return NO_CONTENT;
        }
        JsonObject envelope = new JsonObject()
                .put("format", GenAiFormat.NAME)
                .put("provider", provider == null ? "unknown" : PROVIDERS.getOrDefault(provider, provider));
        put(envelope, "agent_name", attributes.text("gen_ai.agent.name"));
        return new Mapped.Turn(envelope.put("request", request(span, messages))
                .put("response", response(span, messages))
                .put("meta", meta(span))
                .put("session", session(span))
                .toJson());
    }

    private static RawJson request(ReportedSpan span, SpanMessages messages) {
        JsonObject request = new JsonObject();
        span.attributes.each("gen_ai.request.", (name, value) -> {
            if (!name.equals("model") && !name.equals("messages")) {
                request.put(name, value);
            }
        });
        put(request, "model", span.attributes.text("gen_ai.request.model"));
        put(request, "messages", messages.input());
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
        return usage.toJson();
    }

    /** The ids of trace and span name the turn: exporters send a span again when they got no answer. */
    private static RawJson meta(ReportedSpan span) {
        JsonObject meta = new JsonObject().put("request_id", span.traceId + ":" + span.spanId);
        if (span.end > 0) {
            meta.put(
                    "captured_at",
                    Instant.ofEpochSecond(span.end / SECOND, span.end % SECOND).toString());
        }
        if (span.start > 0 && span.end > span.start) {
            meta.put("elapsed_seconds", RawJson.of(Double.toString((double) (span.end - span.start) / SECOND)));
        }
        put(meta, "upstream_request_id", span.attributes.text("gen_ai.response.id"));
        return meta.toJson();
    }

    private static RawJson session(ReportedSpan span) {
        JsonObject session = new JsonObject();
        String service = span.resource.text("service.name");
        if (service != null && !service.startsWith(UNKNOWN_SERVICE)) {
            session.put("harness_id", service);
        }
        put(session, "harness_version", span.resource.text("service.version"));
        put(session, "harness_session_id", span.attributes.text("gen_ai.conversation.id"));
        put(session, "auth_subject", span.attributes.text("user.id", "enduser.id"));
        return session.toJson();
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
