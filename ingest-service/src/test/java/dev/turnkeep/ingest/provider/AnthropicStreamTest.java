package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Parsing.anthropic;
import static dev.turnkeep.ingest.provider.Parsing.assertInvalid;
import static dev.turnkeep.ingest.provider.Parsing.stream;
import static dev.turnkeep.ingest.provider.Parsing.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.Usage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AnthropicStreamTest {
    private static final String START = event("""
            {"type":"message_start","message":{"id":"m","role":"assistant","model":"m1","content":[],"stop_reason":null,\
            "usage":{"input_tokens":3,"cache_creation_input_tokens":20,"cache_read_input_tokens":100,"output_tokens":1,\
            "cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":15}}}}""");
    private static final String TEXT = event("""
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""")
            + event("{\"type\":\"ping\"}")
            + event("""
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Grüße "}}""")
            + event("""
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\ud83d"}}""")
            + event("""
            {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\ude00!"}}""")
            + event("{\"type\":\"content_block_stop\",\"index\":0}");
    private static final String END = event("""
            {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":42}}""") + event("{\"type\":\"message_stop\"}");

    @Test
    void reducesAStreamToTheMessageItSpells() {
        // When
        ParsedResponse response = stream(START + TEXT + END);

        // Then
        assertThat(response.message().role()).isEqualTo("assistant");
        assertThat(response.message().content()).hasToString("[{\"type\":\"text\",\"text\":\"Grüße 😀!\"}]");
        assertThat(response.model()).isEqualTo("m1");
        assertThat(response.stopReason()).isEqualTo("end_turn");
        assertThat(response.usage()).isEqualTo(new Usage(123, 42, 100, 20, 15, 0));
        assertThat(response.unreadableToolInput()).isFalse();
    }

    @Test
    void givesEveryBlockAsTheClientSendsItBack() {
        // Given
        String blocks = event("""
                {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""")
                + event("""
                {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""")
                + event("""
                {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig=="}}""")
                + event("""
                {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t1","name":"Edit","input":{}}}""")
                + event("""
                {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}""")
                + event("""
                {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"n\\": 1"}}""")
                + event("""
                {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"e400, \\"all\\":false}"}}""")
                + event("""
                {"type":"content_block_start","index":2,"content_block":{"type":"server_tool_use","id":"s1","name":"web_search","input":{}}}""")
                + event("""
                {"type":"content_block_start","index":3,"content_block":{"type":"web_search_tool_result","tool_use_id":"s1","content":[{"url":"u"}]}}""")
                + event("""
                {"type":"content_block_start","index":4,"content_block":{"type":"text","text":"","citations":[]}}""")
                + event("""
                {"type":"content_block_delta","index":4,"delta":{"type":"citations_delta","citation":{"url":"u"}}}""")
                + event("""
                {"type":"content_block_delta","index":4,"delta":{"type":"text_delta","text":"cited"}}""")
                + event("""
                {"type":"content_block_start","index":5,"content_block":{"type":"text","text":""}}""");

        // When
        ParsedResponse response = stream(START + blocks + END);

        // Then
        String content = """
                [{"type":"thinking","thinking":"hm","signature":"sig=="},\
                {"type":"tool_use","id":"t1","name":"Edit","input":{"n": 1e400, "all":false}},\
                {"type":"server_tool_use","id":"s1","name":"web_search","input":{}},\
                {"type":"web_search_tool_result","tool_use_id":"s1","content":[{"url":"u"}]},\
                {"type":"text","text":"cited","citations":[{"url":"u"}]}]""";
        assertThat(response.message().content()).hasToString(content);
        assertThat(response.message().projection()).hasToString(anthropic(content));
        assertThat(response.toolCalls()).isEqualTo(2);
    }

    @Test
    void reducesTheSameWhereverItsBytesAreBrokenIntoLines() {
        // Given
        String events = START + TEXT + END;
        ParsedResponse whole = stream(events);

        // When / Then
        assertThat(stream(events.replace("\n", "\r\n"))).isEqualTo(whole);
        assertThat(stream(events.replace("\n", "\r"))).isEqualTo(whole);
        assertThat(stream("\ufeff: comment\n" + events)).isEqualTo(whole);
        assertThat(stream(events.replace(",\"delta\"", ",\ndata:\"delta\""))).isEqualTo(whole);
        assertThat(stream(events.strip())).as("without the last line ends").isEqualTo(whole);
        assertThat(stream(events.replace("event: x\n", ""))).isEqualTo(whole);
    }

    @Test
    void keepsWhatCameWhenTheStreamIsCutAnywhere() {
        // Given
        byte[] events = utf8(START + TEXT + END);
        int afterFirstWord = utf8(START + TEXT.substring(0, TEXT.indexOf("Grüße") + 10)).length;

        for (int length = afterFirstWord; length < events.length - utf8("\"}\n\n").length; length++) {
            // When
            ParsedResponse response =
                    Provider.ANTHROPIC.rawResponse(Arrays.copyOf(events, length), null, "text/event-stream");

            // Then
            assertThat(response.message().content().toString()).startsWith("[{\"type\":\"text\",\"text\":\"Grüße ");
            assertThat(response.stopReason()).isEqualTo(ParsedResponse.INCOMPLETE);
        }
    }

    @Test
    void saysThatTheProviderReportedAnError() {
        // When
        ParsedResponse response = stream(START + TEXT + event("""
                {"type":"error","error":{"type":"overloaded_error","message":"busy"}}"""));

        // Then
        assertThat(response.stopReason()).isEqualTo(ParsedResponse.ERROR);
        assertThat(response.message().content()).hasToString("[{\"type\":\"text\",\"text\":\"Grüße 😀!\"}]");
    }

    @Test
    void flagsToolInputThatIsNoJson() {
        // Given
        String call = event("""
                {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{}}}""") + event("""
                {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":"}}""");

        // When
        ParsedResponse response = stream(START + call + END);

        // Then
        assertThat(response.message().content())
                .hasToString("[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":null}]");
        assertThat(response.unreadableToolInput()).isTrue();
        assertThat(response.stopReason()).isEqualTo("end_turn");
    }

    @Test
    void passesOverEventsItCannotReadAndSaysThatTheMessageIsIncomplete() {
        for (String broken :
                new String[] {"{", "[]", "{\"type\":7}", "{\"type\":\"content_block_delta\",\"index\":9}"}) {
            // When
            ParsedResponse response = stream(START + event(broken) + TEXT + END);

            // Then
            assertThat(response.stopReason()).as(broken).isEqualTo(ParsedResponse.INCOMPLETE);
            assertThat(response.message().content().toString()).contains("Grüße 😀!");
        }
        assertThat(stream(START + event("{\"type\":\"future_event\",\"x\":[]}") + TEXT + END)
                        .stopReason())
                .isEqualTo("end_turn");
    }

    @Test
    void letsTheLastStatementOfEachCountHold() {
        // Given
        String delta = event("""
                {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":4,"cache_read_input_tokens":null,"output_tokens":9}}""");

        // When / Then
        assertThat(stream(START + TEXT + delta + END).usage()).isEqualTo(new Usage(124, 42, 100, 20, 15, 0));
    }

    @Test
    void readsAMessageInOneDocumentLikeItsStream() {
        // Given
        String document = """
                {"id":"m","type":"message","role":"assistant","model":"m1","content":[{"type":"text","text":"Grüße 😀!"}],
                "stop_reason":"end_turn","usage":{"input_tokens":3,"cache_creation_input_tokens":20,"cache_read_input_tokens":100,
                "output_tokens":42,"cache_creation":{"ephemeral_1h_input_tokens":15}}}""";

        // When / Then
        ParsedResponse streamed = stream(START + TEXT + END);
        assertThat(Provider.ANTHROPIC.rawResponse(utf8(document), null, "application/json"))
                .isEqualTo(streamed);
        assertThat(Provider.ANTHROPIC.rawResponse(utf8(" \n" + document), null, null))
                .isEqualTo(streamed);
        assertThat(Provider.ANTHROPIC.rawResponse(utf8(START + TEXT + END), null, null))
                .isEqualTo(streamed);
    }

    @Test
    void keepsAnAnswerThatWasPaidForThoughNothingWasSaid() {
        // Given
        String document = """
                {"type":"message","role":"assistant","model":"m1","content":%s,"stop_reason":"%s",
                "usage":{"input_tokens":5,"output_tokens":3}}""";

        // When
        ParsedResponse ended = stream(START + END);
        ParsedResponse begun = stream(START);
        ParsedResponse refused = Samples.reduced(Provider.ANTHROPIC, document.formatted("[]", "refusal"));

        // Then
        assertThat(ended.stopReason()).isEqualTo("end_turn");
        assertThat(ended.message().content()).hasToString("[]");
        assertThat(ended.usage()).isEqualTo(new Usage(123, 42, 100, 20, 15, 0));
        assertThat(begun.stopReason()).isEqualTo(ParsedResponse.INCOMPLETE);
        assertThat(begun.usage().inputTokens()).isEqualTo(123);
        assertThat(begun.usage().partial()).isTrue();
        assertThat(refused.stopKind()).isEqualTo(StopKind.REFUSAL);
        assertThat(refused.usage()).isEqualTo(new Usage(5, 3, 0, 0, 0, 0));
        assertThat(Samples.reduced(Provider.ANTHROPIC, document.formatted("null", "max_tokens"))
                        .stopKind())
                .isEqualTo(StopKind.LENGTH);
    }

    @Test
    void refusesAResponseWithoutContent() {
        invalid("raw_response.content", "");
        invalid("raw_response.content", "no events at all");
        invalid("raw_response.content", "{\"type\":\"error\",\"error\":{}}");
        invalid("raw_response.content", "{\"content\":[]}");
        invalid("raw_response.content[0].type", "{\"content\":[{}]}");
        invalid("raw_response", "{\"content\":[");
        invalid("raw_response.usage.output_tokens", START + TEXT + END.replace("42", "-42"));
        invalid("raw_response.usage.input_tokens", "{\"content\":\"x\",\"usage\":{\"input_tokens\":1.5}}");
        assertInvalid(
                Problem.UNPROCESSABLE_RESPONSE,
                "raw_response",
                () -> Provider.ANTHROPIC.rawResponse(new byte[] {'{', '"', (byte) 0xC0, '"'}, null, null));
    }

    private static void invalid(String field, String body) {
        assertInvalid(
                Problem.UNPROCESSABLE_RESPONSE, field, () -> Provider.ANTHROPIC.rawResponse(utf8(body), null, null));
    }

    private static String event(String data) {
        return "event: x\ndata: " + data + "\n\n";
    }
}
