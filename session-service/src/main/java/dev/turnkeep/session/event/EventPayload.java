package dev.turnkeep.session.event;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.lifecycle.Lifetime;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.SessionEvent;
import dev.turnkeep.contracts.lifecycle.Totals;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The payload of a session event: what its type adds, and the session as it was right after. */
final class EventPayload {
    private final JsonGenerator json;

    private EventPayload(JsonGenerator json) {
        this.json = json;
    }

    static String json(SessionEvent event) {
        StringWriter text = new StringWriter(1024);
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            new EventPayload(json).write(event);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    private void write(SessionEvent event) throws IOException {
        json.writeStartObject();
        switch (event.type()) {
            case STARTED -> text("kind", event.detail());
            case ENDED, CLOSED -> text("reason", event.detail());
            case TURN_LATE -> text("turn_id", event.detail());
            case SUSPENDED, RESUMED, EXPIRED, RETIRED, UPDATED, DELETED -> {
                // The type says it all.
            }
        }
        json.writeObjectFieldStart("session");
        session(event.session());
        lifetime(event.session().lifetime());
        findings(event.session());
        totals(event.session().totals());
        json.writeEndObject();
        json.writeEndObject();
    }

    private void session(Session session) throws IOException {
        text("id", session.id().toString());
        text("friendly_id", session.id().friendly());
        text("environment", session.scope().environment().value());
        text("harness_id", session.harness().value());
        text(
                "harness_session_id",
                session.harnessSession() == null
                        ? null
                        : session.harnessSession().value());
        text(
                "external_id",
                session.external() == null ? null : session.external().value());
        text("actor_id", session.actor() == null ? null : session.actor().value());
        text(
                "auth_subject",
                session.labels().subject() == null
                        ? null
                        : session.labels().subject().value());
        text(
                "parent_session_id",
                session.parent() == null ? null : session.parent().toString());
        text("name", session.labels().name());
        text(
                "derived_title",
                session.findings().title() == null
                        ? null
                        : session.findings().title().text());
        text("cwd", session.labels().cwd());
        text("harness_version", session.labels().harnessVersion());
        json.writeFieldName("harness_metadata");
        json.writeRawValue(session.labels().harnessMetadata());
        json.writeNumberField("version", session.version());
        time("created_at", session.createdAt());
    }

    private void lifetime(Lifetime lifetime) throws IOException {
        text("state", lifetime.state().text());
        json.writeNumberField("epoch", lifetime.epoch());
        time("started_at", lifetime.startedAt());
        time("last_event_at", lifetime.lastEventAt());
        time("last_received_at", lifetime.lastReceivedAt());
        time("ended_at", lifetime.endedAt());
        text(
                "end_reason",
                lifetime.endReason() == null ? null : lifetime.endReason().text());
    }

    private void findings(Session session) throws IOException {
        text("status", session.status().text());
        text("model", session.findings().models().mainModel());
    }

    private void totals(Totals totals) throws IOException {
        json.writeNumberField("turn_count", totals.turns());
        json.writeNumberField("late_turn_count", totals.lateTurns());
        json.writeNumberField("input_tokens", totals.inputTokens());
        json.writeNumberField("output_tokens", totals.outputTokens());
        json.writeNumberField("cache_read_tokens", totals.cacheReadTokens());
        json.writeNumberField("cache_write_tokens", totals.cacheWriteTokens());
        json.writeNumberField("reasoning_tokens", totals.reasoningTokens());
        json.writeNumberField("tool_calls", totals.toolCalls());
        json.writeNumberField("tool_errors", totals.toolErrors());
        json.writeNumberField("cost_nano_usd", totals.costNanoUsd());
        json.writeNumberField("unpriced_turns", totals.unpricedTurns());
    }

    private void time(String name, @Nullable Instant at) throws IOException {
        text(name, at == null ? null : Times.text(at));
    }

    private void text(String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }
}
