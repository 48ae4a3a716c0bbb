package dev.turnkeep.session.channel.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.LogRecord;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
    @Test
    void noPayloadEndsItsEvent() {
        // Given
        Random random = new Random(11);
        String letters = "\r\n :ad";
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(random.nextInt(12), 0, letters.length()).forEach(at -> text.append(letters.charAt(at)));
            Buffer out = Buffer.buffer();

            // When
            Payload.appendEvent(out, "data", Buffer.buffer(text.toString()));

            // Then
            assertThat(asReadersSee(out.toString()))
                    .isEqualTo(text.toString().replace("\r\n", "\n").replace('\r', '\n'));
        }
    }

    /** One event: every line but the last two is data, less one space. */
    private static String asReadersSee(String event) {
        assertThat(event).startsWith("event: data\n").endsWith("\n\n");
        String[] lines =
                event.substring("event: data\n".length(), event.length() - 2).split("\n", -1);
        StringBuilder data = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            assertThat(lines[i]).startsWith("data:").doesNotContain("\r");
            data.append(i == 0 ? "" : "\n")
                    .append(lines[i].substring("data:".length()).replaceFirst("^ ", ""));
        }
        return data.toString();
    }

    @Test
    void jsonMessagesBecomeOneArrayAndKeepTheirBytes() {
        // Given
        List<Buffer> messages =
                JsonMessages.of(Buffer.buffer(" [ {\"b\":1e400, \"a\":1.0,\"a\":2} ,[1, 2],\"\\u0041\" ] "));

        // When
        Buffer payload = Payload.of(messages.stream().map(PayloadTest::stored).toList(), true);

        // Then
        assertThat(payload).hasToString("[{\"b\":1e400, \"a\":1.0,\"a\":2},[1, 2],\"\\u0041\"]");
    }

    @Test
    void onlyTheOuterArrayIsTakenApart() {
        assertThat(JsonMessages.of(Buffer.buffer("[[1,2]]"))).containsExactly(Buffer.buffer("[1,2]"));
        assertThat(JsonMessages.of(Buffer.buffer("[]"))).isEmpty();
        assertThat(JsonMessages.of(Buffer.buffer("\"x\""))).containsExactly(Buffer.buffer("\"x\""));
        assertThat(JsonMessages.of(Buffer.buffer("12"))).containsExactly(Buffer.buffer("12"));
        assertThat(JsonMessages.of(Buffer.buffer("[1,-2.50, null ,true]")))
                .containsExactly(
                        Buffer.buffer("1"), Buffer.buffer("-2.50"), Buffer.buffer("null"), Buffer.buffer("true"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "[1,]", "[1", "1 2", "{}{}", "nul", "[1]]", "'a'", "{\"a\":}"})
    void anythingElseIsRefused(String body) {
        assertThatThrownBy(() -> JsonMessages.of(Buffer.buffer(body))).isInstanceOf(Invalid.class);
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        assertThatThrownBy(() -> JsonMessages.of(Buffer.buffer(new byte[] {'"', (byte) 0xC0, (byte) 0xAF, '"'})))
                .isInstanceOf(Invalid.class);
    }

    private static LogRecord stored(Buffer body) {
        return new LogRecord(0, Kind.RAW, body, null, null, Instant.EPOCH);
    }
}
