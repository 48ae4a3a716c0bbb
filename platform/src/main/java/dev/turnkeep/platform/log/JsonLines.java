package dev.turnkeep.platform.log;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.turnkeep.contracts.json.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jspecify.annotations.Nullable;

/** One JSON object a line: what the line says, and the trace it belongs to. */
final class JsonLines extends ExtFormatter {
    private static final int MOST_FRAMES = 200;

    private final String service;

    JsonLines(String service) {
        this.service = service;
    }

    @Override
    public String format(ExtLogRecord record) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField(
                    "timestamp",
                    record.getInstant().truncatedTo(ChronoUnit.MICROS).toString());
            json.writeStringField("level", record.getLevel().getName());
            json.writeStringField("service", service);
            json.writeStringField("logger", record.getLoggerName());
            json.writeStringField("thread", record.getThreadName());
            json.writeStringField("message", formatMessage(record));
            for (Map.Entry<String, String> entry : new TreeMap<>(record.getMdcCopy()).entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            Throwable thrown = record.getThrown();
            if (thrown != null) {
                json.writeObjectFieldStart("error");
                json.writeStringField("type", thrown.getClass().getName());
                json.writeStringField("message", thrown.getMessage());
                json.writeStringField("stack", stack(thrown));
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return text.append('\n').toString();
    }

    private static String stack(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        int frames = 0;
        for (@Nullable Throwable cause = thrown; cause != null && seen.add(cause); cause = cause.getCause()) {
            text.append(text.isEmpty() ? "" : "Caused by: ").append(cause).append('\n');
            for (StackTraceElement frame : cause.getStackTrace()) {
                if (frames++ < MOST_FRAMES) {
                    text.append("\tat ").append(frame).append('\n');
                }
            }
        }
        return text.toString();
    }
}
