package dev.turnkeep.replication.status;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.replication.stream.Pipeline;
import dev.turnkeep.replication.stream.Restoring;
import dev.turnkeep.replication.stream.StreamReport;
import dev.turnkeep.replication.stream.Streams;
import io.quarkus.vertx.http.ManagementInterface;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** {@code GET /status} on the management port: where each stream of this instance is. */
@Singleton
public class StatusRoute {
    private final Streams streams;

    StatusRoute(Streams streams) {
        this.streams = streams;
    }

    void route(@Observes ManagementInterface management) {
        management.router().get("/status").handler(context -> context.response()
                .putHeader("content-type", "application/json")
                .end(json()));
    }

    private String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("streams");
            for (Pipeline pipeline : streams.all()) {
                write(json, pipeline.report());
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, StreamReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("stream", report.stream());
        json.writeStringField("slot", report.slot());
        json.writeStringField("state", report.state());
        if (report.trouble() != null) {
            json.writeStringField("trouble", report.trouble());
        }
        json.writeStringField("received_lsn", report.received().toString());
        json.writeStringField("confirmed_lsn", report.confirmed().toString());
        json.writeNumberField("rows_in_flight", report.rowsInFlight());
        json.writeNumberField("retained_bytes", report.retainedBytes());
        json.writeNumberField("quarantined", report.quarantined());
        json.writeNumberField("lag_seconds", report.lag().toMillis() / 1000.0);
        json.writeNumberField("heartbeat_age_seconds", report.heartbeatAge().toMillis() / 1000.0);
        Restoring restoring = report.restoring();
        if (restoring != null) {
            json.writeObjectFieldStart("restoring");
            json.writeStringField("since", restoring.since().toString());
            json.writeObjectFieldStart("rows");
            for (Map.Entry<String, Long> rows : restoring.rows().entrySet()) {
                json.writeNumberField(rows.getKey(), rows.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
