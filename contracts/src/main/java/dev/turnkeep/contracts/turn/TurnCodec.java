package dev.turnkeep.contracts.turn;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes the wire form of a turn; {@link TurnReader} reads it. Members may be added, never removed or redefined. */
public final class TurnCodec {
    /** The value of {@code schema}: a reader refuses what it does not know. */
    public static final String SCHEMA = "turnkeep.turn.v1";

    private final JsonGenerator json;
    private final RecordWriter out;

    private TurnCodec(RecordWriter out) {
        this.json = out.json();
        this.out = out;
    }

    /** The record as UTF-8 JSON. Absent members are left out. */
    public static byte[] write(TurnRecord turn) {
        return RecordWriter.write(estimate(turn), out -> new TurnCodec(out).turn(turn));
    }

    private static int estimate(TurnRecord turn) {
        int content = turn.nodes().stream()
                .mapToInt(node -> node.content().length() + 128)
                .sum();
        return 2048 + content + length(turn.system()) + length(turn.tools()) + length(turn.params());
    }

    private static int length(@Nullable RawJson value) {
        return value == null ? 0 : value.length();
    }

    private void turn(TurnRecord turn) throws IOException {
        json.writeStartObject();
        json.writeStringField("schema", SCHEMA);
        json.writeStringField("turn_id", turn.id().toString());
        json.writeStringField("org_id", turn.address().scope().org().toString());
        json.writeStringField(
                "environment", turn.address().scope().environment().value());
        address(turn.address(), turn.synthetic());
        out.session(turn.session());
        out.text("request_id", turn.requestId());
        out.text(
                "captured_at",
                turn.callersTime() == null ? null : turn.callersTime().toString());
        out.text("provider", turn.provider());
        out.text("model", turn.model());
        out.text("agent", turn.agent());
        out.text("thread_id", turn.threadId());
        out.text("status", turn.status());
        out.text("stop_reason", turn.stopReason());
        out.text(
                "stop_kind",
                turn.stopKind() == StopKind.UNKNOWN ? null : turn.stopKind().word());
        out.text("error", turn.error());
        usage(turn.usage());
        if (turn.latencyNanos() != null) {
            json.writeNumberField("latency_nanos", turn.latencyNanos());
        }
        json.writeNumberField("tool_calls", turn.toolCalls());
        json.writeNumberField("tool_errors", turn.toolErrors());
        if (turn.costNanoUsd() != null) {
            json.writeNumberField("cost_nano_usd", turn.costNanoUsd());
        }
        out.raw("meta", turn.meta());
        out.text("traceparent", turn.traceparent());
        out.raw("system", turn.system());
        out.raw("tools", turn.tools());
        out.raw("params", turn.params());
        nodes(turn);
        json.writeEndObject();
    }

    private void address(TurnAddress address, boolean synthetic) throws IOException {
        json.writeObjectFieldStart("address");
        switch (address) {
            case SessionKey key -> {
                json.writeStringField("kind", "session");
                json.writeStringField("harness_id", key.harness().value());
                json.writeStringField("harness_session_id", key.harnessSession().value());
                json.writeBooleanField("synthetic", synthetic);
            }
            case ActorSlot slot -> {
                json.writeStringField("kind", "actor");
                json.writeStringField("harness_id", slot.harness().value());
                json.writeStringField("actor_id", slot.actor().value());
            }
            case ById byId -> {
                json.writeStringField("kind", "id");
                json.writeStringField("session_id", byId.session().friendly());
            }
            case ByExternalId ext -> {
                json.writeStringField("kind", "external");
                json.writeStringField("external_id", ext.external().value());
            }
        }
        json.writeEndObject();
    }

    private void usage(Usage usage) throws IOException {
        json.writeObjectFieldStart("usage");
        json.writeNumberField("input_tokens", usage.inputTokens());
        json.writeNumberField("output_tokens", usage.outputTokens());
        json.writeNumberField("cache_read_tokens", usage.cacheReadTokens());
        json.writeNumberField("cache_write_tokens", usage.cacheWriteTokens());
        json.writeNumberField("cache_write_1h_tokens", usage.cacheWrite1hTokens());
        json.writeNumberField("reasoning_tokens", usage.reasoningTokens());
        if (usage.partial()) {
            json.writeBooleanField("partial", true);
        }
        out.text("service_tier", usage.serviceTier());
        if (!usage.parts().isEmpty()) {
            json.writeObjectFieldStart("parts");
            for (UsagePart part : UsagePart.values()) {
                Long count = usage.parts().get(part);
                if (count != null) {
                    json.writeNumberField(part.key(), count);
                }
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void nodes(TurnRecord turn) throws IOException {
        json.writeArrayFieldStart("nodes");
        String parent = null;
        for (TurnNode node : turn.nodes()) {
            json.writeStartObject();
            json.writeStringField("hash", node.hash());
            out.text("parent", parent);
            json.writeStringField("role", node.role());
            out.raw("content", node.content());
            json.writeEndObject();
            parent = node.hash();
        }
        json.writeEndArray();
    }
}
