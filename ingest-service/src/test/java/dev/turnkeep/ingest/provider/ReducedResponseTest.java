package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Parsing.anthropic;
import static dev.turnkeep.ingest.provider.Parsing.assertInvalid;
import static dev.turnkeep.ingest.provider.Parsing.response;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.Usage;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReducedResponseTest {
    @Test
    void readsAWholeResponse() {
        // When
        ParsedResponse response = response("""
                {"model":"m","created_at":"2026-03-01T10:00:00.5+02:00","done":true,"stop_reason":"end_turn","extra":{"x":1},
                "message":{"role":"assistant","content":[ {"type":"text","text":"hello"} ]},
                "usage":{"prompt_tokens":30,"completion_tokens":7,"total_tokens":37,"cache_read_input_tokens":10,
                "cache_creation_input_tokens":5,"cache_creation":{"ephemeral_1h_input_tokens":2},
                "completion_tokens_details":{"reasoning_tokens":3},"total_duration_ns":1500}}""");

        // Then
        assertThat(response.message().role()).isEqualTo("assistant");
        assertThat(response.message().content()).hasToString("[ {\"type\":\"text\",\"text\":\"hello\"} ]");
        assertThat(response.message().projection())
                .hasToString("[{\"is_error\":false,\"text\":\"hello\",\"type\":\"text\"}]");
        assertThat(response.model()).isEqualTo("m");
        assertThat(response.stopReason()).isEqualTo("end_turn");
        assertThat(response.createdAt()).isEqualTo(Instant.parse("2026-03-01T08:00:00.5Z"));
        assertThat(response.usage()).isEqualTo(new Usage(30, 7, 10, 5, 2, 3));
        assertThat(response.durationNanos()).isEqualTo(1500);
        assertThat(response.toolCalls()).isZero();
    }

    @Test
    void hashesAsTheClientSendsItBack() {
        // Given
        String reduced = """
                [{"type":"thinking","thinking":"hm","thinking_signature":"s"},{"type":"text","text":"ok\\n"},
                {"type":"tool_use","tool_use_id":"t","tool_name":"Edit","tool_input":{"a":1,"b":false},"is_error":false,"text":""},
                {"type":"redacted_thinking","data":"zz"}]""";
        String sentBack = """
                [{"type":"thinking","thinking":"hm","signature":"other"},{"type":"text","text":"ok"},
                {"type":"tool_use","id":"t","name":"Edit","input":{"a":1}},{"type":"redacted_thinking","data":"zz"}]""";

        // When / Then
        assertThat(projection(reduced)).isEqualTo(anthropic(sentBack));
        assertThat(projection(sentBack)).isEqualTo(anthropic(sentBack));
    }

    @Test
    void countsDistinctToolCalls() {
        // When / Then
        assertThat(response(message("""
                [{"type":"tool_use","tool_use_id":"a"},{"type":"tool_use","tool_use_id":"a"},{"type":"server_tool_use","id":"b"},
                {"type":"tool_use"},{"type":"tool_use"},{"type":"tool_result","tool_result_id":"c"}]""")).toolCalls()).isEqualTo(4);
    }

    @Test
    void takesTheZeroOfAReducersClockForNoTime() {
        // When
        ParsedResponse response = response("""
                {"created_at":"0001-01-01T00:00:00Z","usage":{"total_duration_ns":0},\
                "message":{"role":"assistant","content":[{"type":"text","text":"x"}]}}""");

        // Then
        assertThat(response.createdAt()).isNull();
        assertThat(response.durationNanos()).isNull();
        assertThat(response.usage()).isEqualTo(Usage.NONE);
    }

    @Test
    void namesThePathOfWhatIsWrong() {
        invalid("response", "[]");
        invalid("response.message.role", "{}");
        invalid("response.message.role", "{\"message\":{\"content\":[{\"type\":\"text\"}]}}");
        invalid("response.message.content", "{\"message\":{\"role\":\"assistant\"}}");
        invalid("response.message.content", message("[]"));
        invalid("response.message.content", message("null"));
        invalid("response.message.content", message("\"text\""));
        invalid(
                "response.message.content[2].type",
                message("[{\"type\":\"text\"},{\"type\":\"text\"},{\"type\":\"\"}]"));
        invalid("response.message.content[0].is_error", message("[{\"type\":\"text\",\"is_error\":1}]"));
        invalid("response.created_at", "{\"created_at\":\"yesterday\"}");
        invalid("response.usage.prompt_tokens", "{\"usage\":{\"prompt_tokens\":-1}}");
        invalid("response.usage.prompt_tokens", "{\"usage\":{\"prompt_tokens\":1.5}}");
        invalid("response.usage.total_tokens", "{\"usage\":{\"total_tokens\":99999999999999999999}}");
        invalid("response.usage.completion_tokens", "{\"usage\":{\"completion_tokens\":\"7\"}}");
        invalid("response.usage", "{\"usage\":[]}");
    }

    private static String message(String content) {
        return "{\"message\":{\"role\":\"assistant\",\"content\":" + content + "}}";
    }

    private static String projection(String content) {
        return response(message(content)).message().projection().toString();
    }

    private static void invalid(String field, String json) {
        assertInvalid(Problem.UNPROCESSABLE_RESPONSE, field, () -> response(json));
    }
}
