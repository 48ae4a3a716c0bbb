package dev.turnkeep.contracts.turn;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes records to memory: absent members are left out, values kept as given go past the generator, uncopied. */
final class RecordWriter {
    private final ByteArrayBuilder bytes;
    private final JsonGenerator json;

    private RecordWriter(ByteArrayBuilder bytes, JsonGenerator json) {
        this.bytes = bytes;
        this.json = json;
    }

    interface Writing {
        void write(RecordWriter out) throws IOException;
    }

    /** @param estimate of the bytes that come */
    static byte[] write(int estimate, Writing writing) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(estimate)) {
            try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
                writing.write(new RecordWriter(bytes, json));
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
    }

    JsonGenerator json() {
        return json;
    }

    void session(SessionBlock session) throws IOException {
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

    void text(String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    /** The generator writes the member's name; the value's bytes go past it to the same stream, uncopied. */
    void raw(String name, @Nullable RawJson value) throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeRawValue("");
            json.flush();
            value.writeTo(bytes);
        }
    }
}
