package dev.turnkeep.contracts.turn;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes the wire form of a turn; {@link TurnReader} reads it. Members may be added, never removed or redefined. */
public final class TurnCodec {
    /** The value of {@code schema}: a reader refuses what it does not know. */
    public static final String SCHEMA = "turnkeep.turn.v1";

    private final ByteArrayBuilder bytes;
    private final JsonGenerator json;

    private TurnCodec(ByteArrayBuilder bytes, JsonGenerator json) {
        this.bytes = bytes;
        this.json = json;
    }

    /** The record as UTF-8 JSON. Absent members are left out. */
    public static byte[] write(TurnRecord turn) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(estimate(turn))) {
            try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
                new TurnCodec(bytes, json).turn(turn);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
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
        session(turn.session());
        text("request_id", turn.requestId());
        text(
                "captured_at",
                turn.callersTime() == null ? null : turn.callersTime().toString());
        text("provider", turn.provider());
        text("model", turn.model());
        text("agent", turn.agent());
        text("thread_id", turn.threadId());
        text("status", turn.status());
        text("stop_reason", turn.stopReason());
        text(
                "stop_kind",
                turn.stopKind() == StopKind.UNKNOWN ? null : turn.stopKind().word());
        text("error", turn.error());
        usage(turn.usage());
        if (turn.latencyNanos() != null) {
            json.writeNumberField("latency_nanos", turn.latencyNanos());
        }
        json.writeNumberField("tool_calls", turn.toolCalls());
        json.writeNumberField("tool_errors", turn.toolErrors());
        if (turn.costNanoUsd() != null) {
            json.writeNumberField("cost_nano_usd", turn.costNanoUsd());
        }
        raw("meta", turn.meta());
        text("traceparent", turn.traceparent());
        raw("system", turn.system());
        raw("tools", turn.tools());
        raw("params", turn.params());
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

    private void session(SessionBlock session) throws IOException {
        json.writeObjectFieldStart("session");
        text("harness_id", session.harness().value());
        text(
                "harness_session_id",
                session.harnessSession() == null
                        ? null
                        : session.harnessSession().value());
        text("session_id", session.session() == null ? null : session.session().friendly());
        text(
                "external_id",
                session.external() == null ? null : session.external().value());
        text("actor_id", session.actor() == null ? null : session.actor().value());
        text(
                "auth_subject",
                session.subject() == null ? null : session.subject().value());
        text("harness_version", session.harnessVersion());
        text("cwd", session.cwd());
        text("name", session.name());
        text(
                "parent_harness_id",
                session.parentHarness() == null ? null : session.parentHarness().value());
        text(
                "parent_harness_session_id",
                session.parentHarnessSession() == null
                        ? null
                        : session.parentHarnessSession().value());
        raw("harness_metadata", session.harnessMetadata());
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
        json.writeEndObject();
    }

    private void nodes(TurnRecord turn) throws IOException {
        json.writeArrayFieldStart("nodes");
        String parent = null;
        for (TurnNode node : turn.nodes()) {
            json.writeStartObject();
            json.writeStringField("hash", node.hash());
            text("parent", parent);
            json.writeStringField("role", node.role());
            raw("content", node.content());
            json.writeEndObject();
            parent = node.hash();
        }
        json.writeEndArray();
    }

    private void text(String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    /** The generator writes the member's name; the value's bytes go past it to the same stream, uncopied. */
    private void raw(String name, @Nullable RawJson value) throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeRawValue("");
            json.flush();
            value.writeTo(bytes);
        }
    }
}
