package dev.turnkeep.contracts.event;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A session event as it is on Kafka: a CloudEvent 1.0 in structured mode, by schema {@code session-event.v1.json}.
 *
 * @param id the same for every copy of one event: what consumers recognise repetitions by
 * @param type as stored, such as {@code session.started}
 * @param occurredAt when it happened, kept to the microsecond
 * @param payload the stored JSON object, passed on as it is
 * @param traceparent the W3C trace context of what caused it
 */
public record SessionCloudEvent(
        EventId id,
        OrgId org,
        EnvironmentName environment,
        SessionId session,
        String type,
        Instant occurredAt,
        String payload,
        @Nullable String traceparent) {
    /** The media type of a record's value. */
    public static final String CONTENT_TYPE = "application/cloudevents+json";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** The record's key: all events of a session are on one partition, in their order. */
    public byte[] key() {
        return session.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The record's value. */
    public byte[] value() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length() + 512);
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", id.value().toString());
            json.writeStringField("source", "/turnkeep/orgs/" + org);
            json.writeStringField("type", "dev.turnkeep." + type);
            json.writeStringField("subject", session.friendly());
            json.writeStringField("time", TIME.format(occurredAt));
            json.writeStringField("datacontenttype", "application/json");
            json.writeStringField("environment", environment.value());
            json.writeStringField("partitionkey", session.toString());
            if (traceparent != null) {
                json.writeStringField("traceparent", traceparent);
            }
            json.writeFieldName("data");
            json.writeRawValue(payload);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return bytes.toByteArray();
    }
}
