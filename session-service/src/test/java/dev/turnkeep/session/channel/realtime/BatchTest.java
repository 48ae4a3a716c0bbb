package dev.turnkeep.session.channel.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.RecordHeader;
import dev.turnkeep.session.channel.log.StreamEnd;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchTest {
    private static final Instant AT = Instant.ofEpochMilli(1_795_225_596_686L);

    @Test
    void tellsOfEveryRecordInTheWordsOfItsClients() {
        // Given
        RecordHeader control = new RecordHeader(Buffer.buffer("trigger-control"), Buffer.buffer("turn-complete"));

        // When
        String event = event(
                stored(7, Kind.ENVELOPE, "{\"data\":1,\"id\":\"p\"}", null),
                stored(8, Kind.CONTROL, "", RecordHeader.encode(List.of(control))));

        // Then
        String data = """
                {"records":[{"seq_num":7,"timestamp":1795225596686,"body":"{\\"data\\":1,\\"id\\":\\"p\\"}"},\
                {"seq_num":8,"timestamp":1795225596686,"body":"","headers":[["trigger-control","turn-complete"]]}],\
                "tail":{"seq_num":10,"timestamp":1795225596686}}""";
        assertThat(event).isEqualTo("id: 8,2," + data.length() + "\nevent: batch\ndata: " + data + "\n\n");
    }

    @Test
    void noByteOfARecordEndsALine() {
        // When
        String event = event(stored(0, Kind.TEXT, "a\nb\r\n\u0000\u2028\"\\ü😀", null));

        // Then
        assertThat(event.lines()).hasSize(4);
        assertThat(data(event)).isEqualTo("a\nb\r\n\u0000\u2028\"\\ü😀");
    }

    @Test
    void whatOthersWroteIsShownAsTheValueItIs() {
        assertThat(envelope(stored(3, Kind.RAW, "{\"n\":1.50}", null)))
                .isEqualTo("{\"data\":{\"n\":1.50},\"id\":\"seq-3\"}");
        assertThat(envelope(stored(3, Kind.RAW, "{\"n\":", null)))
                .isEqualTo("{\"data\":\"{\\\"n\\\":\",\"id\":\"seq-3\"}");
        assertThat(envelope(stored(3, Kind.RAW, "1 2", null))).isEqualTo("{\"data\":\"1 2\",\"id\":\"seq-3\"}");
        assertThat(envelope(stored(3, Kind.TEXT, "1", null))).isEqualTo("{\"data\":\"1\",\"id\":\"seq-3\"}");
        assertThat(envelope(new LogRecord(0, Kind.RAW, Buffer.buffer(new byte[] {(byte) 0xff, 0}), null, "part", AT)))
                .isEqualTo("{\"data\":\"/wA=\",\"id\":\"part\"}");
    }

    @Test
    void drainsTheDataOfAnEnvelopeAsItWasWritten() {
        assertThat(drained("{\"id\":\"p\",\"other\":[{\"id\":\"no\"}],\"data\":{\"n\":1.50}}"))
                .isEqualTo("{\"data\":{\"n\":1.50},\"id\":\"p\",\"seqNum\":5}");
        assertThat(drained("{\"data\":")).isEqualTo("{\"data\":\"{\\\"data\\\":\",\"id\":\"seq-5\",\"seqNum\":5}");
    }

    private static String drained(String body) {
        Buffer out = Buffer.buffer();
        Envelope.appendRecord(out, stored(5, Kind.ENVELOPE, body, null));
        return out.toString();
    }

    private static String envelope(LogRecord record) {
        return Envelope.body(record).toString();
    }

    private static String event(LogRecord... records) {
        return Batch.event(new Page(
                        records[0].seq(),
                        List.of(records),
                        records[records.length - 1].seq() + 1,
                        new StreamEnd(1, 0, 10, false)))
                .toString();
    }

    private static LogRecord stored(long seq, Kind kind, String body, @Nullable Buffer headers) {
        return new LogRecord(seq, kind, Buffer.buffer(body), headers, null, AT);
    }

    private static String data(String event) {
        ObjectMapper json = new ObjectMapper();
        try {
            JsonNode batch = json.readTree(event.substring(event.indexOf("data: ") + "data: ".length()));
            return json.readTree(batch.path("records").path(0).path("body").asText())
                    .path("data")
                    .asText();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
