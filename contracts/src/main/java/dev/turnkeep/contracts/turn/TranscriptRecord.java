package dev.turnkeep.contracts.turn;

import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * A harness's own transcript as it is published on {@code turnkeep.transcripts.v1}: evidence beside the turns, such as
 * which tool call started which sub-agent. It counts no tokens. {@code schema/transcript.v1.json} documents its wire form.
 *
 * @param id the same for every retry
 * @param requestId {@code transcript:} session {@code :} agent or {@code main} {@code :} digest of the records
 * @param agentId whose transcript it is; null is the main agent's
 * @param kind null is evidence of a start; other kinds tell of something else, such as {@code interacted}
 * @param records an array, as given
 * @param count how many records there are
 */
public record TranscriptRecord(
        TurnId id,
        SessionKey address,
        SessionBlock session,
        String requestId,
        @Nullable String agentId,
        @Nullable String agentType,
        @Nullable String description,
        @Nullable String toolUseId,
        @Nullable String kind,
        RawJson records,
        int count,
        @Nullable String traceparent) {

    /** The value of {@code schema}. */
    public static final String SCHEMA = "turnkeep.transcript.v1";

    /** The record as UTF-8 JSON. Absent members are left out. */
    public byte[] toJson() {
        return RecordWriter.write(2048 + records.length(), out -> {
            out.json().writeStartObject();
            out.text("schema", SCHEMA);
            out.text("transcript_id", id.toString());
            out.text("org_id", address.scope().org().toString());
            out.text("environment", address.scope().environment().value());
            out.session(session);
            out.text("request_id", requestId);
            out.text("agent_id", agentId);
            out.text("agent_type", agentType);
            out.text("description", description);
            out.text("tool_use_id", toolUseId);
            out.text("kind", kind);
            out.text("traceparent", traceparent);
            out.json().writeNumberField("record_count", count);
            out.raw("records", records);
            out.json().writeEndObject();
        });
    }
}
