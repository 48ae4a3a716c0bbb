package dev.turnkeep.platform.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private final JsonLines lines = new JsonLines("ingest-service");

    @Test
    void aLineIsOneObjectWithItsTrace() throws JsonProcessingException {
        // Given
        ExtLogRecord record = record("two\nlines and a \"quote\"");
        record.setMdc(Map.of("traceId", "4bf92f3577b34da6a3ce929d0e0e4736"));

        // When
        String line = lines.format(record);

        // Then
        assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.get("message").asText()).isEqualTo("two\nlines and a \"quote\"");
        assertThat(json.get("level").asText()).isEqualTo("WARN");
        assertThat(json.get("service").asText()).isEqualTo("ingest-service");
        assertThat(json.get("logger").asText()).isEqualTo("dev.turnkeep.Some");
        assertThat(json.get("traceId").asText()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(json.get("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.+Z");
        assertThat(json.has("error")).isFalse();
    }

    @Test
    void anExceptionWithItsCausesIsAMember() throws JsonProcessingException {
        // Given
        IllegalStateException cause = new IllegalStateException("inner");
        RuntimeException circular = new RuntimeException("outer", cause);
        cause.initCause(circular);
        ExtLogRecord record = record("failed");
        record.setThrown(circular);

        // When
        JsonNode error = new ObjectMapper().readTree(lines.format(record)).get("error");

        // Then
        assertThat(error.get("type").asText()).isEqualTo("java.lang.RuntimeException");
        assertThat(error.get("stack").asText())
                .startsWith("java.lang.RuntimeException: outer\n\tat ")
                .containsOnlyOnce("Caused by: java.lang.IllegalStateException: inner\n");
    }

    private static ExtLogRecord record(String message) {
        ExtLogRecord record =
                new ExtLogRecord(org.jboss.logmanager.Level.WARN, message, ExtLogRecord.FormatStyle.NO_FORMAT, "x");
        record.setLoggerName("dev.turnkeep.Some");
        return record;
    }
}
