package dev.turnkeep.contracts.turn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopKindTest {
    @ParameterizedTest
    @CsvSource({
        "anthropic, end_turn, COMPLETE",
        "anthropic, max_tokens, LENGTH",
        "anthropic, stop_sequence, STOP_SEQUENCE",
        "anthropic, tool_use, TOOL_USE",
        "anthropic, pause_turn, PAUSE",
        "anthropic, refusal, REFUSAL",
        "anthropic, model_context_window_exceeded, LENGTH",
        "openai chat, stop, COMPLETE",
        "openai chat, length, LENGTH",
        "openai chat, tool_calls, TOOL_USE",
        "openai chat, function_call, TOOL_USE",
        "openai chat, content_filter, CONTENT_FILTER",
        "openai Responses, completed, COMPLETE",
        "openai Responses, max_output_tokens, LENGTH",
        "openai Responses, failed, ERROR",
        "openai Responses, cancelled, CANCELLED",
        "gemini, STOP, COMPLETE",
        "gemini, MAX_TOKENS, LENGTH",
        "gemini, SAFETY, CONTENT_FILTER",
        "gemini, RECITATION, CONTENT_FILTER",
        "gemini, MALFORMED_FUNCTION_CALL, ERROR",
        "bedrock, guardrail_intervened, CONTENT_FILTER",
        "bedrock, content_filtered, CONTENT_FILTER",
        "bedrock, malformed_model_output, ERROR",
        "ollama, load, OTHER",
        "OpenTelemetry, tool_call, TOOL_USE",
        "a broken stream, incomplete, INCOMPLETE",
        "nobody, , UNKNOWN"
    })
    void meansTheSameWhoeverSaysIt(String provider, @Nullable String reason, StopKind kind) {
        assertThat(StopKind.of(reason)).as(provider).isEqualTo(kind);
    }

    @Test
    void isFoundByItsWordAndOtherwiseAnother() {
        assertThat(Stream.of(StopKind.values()).map(kind -> StopKind.named(kind.word())))
                .containsExactly(StopKind.values());
        assertThat(StopKind.named("of a later version")).isEqualTo(StopKind.OTHER);
    }

    @Test
    void isReadOutOfTheReasonOfARecordFromBeforeIt() {
        // Given
        String written = new String(
                TurnCodec.write(Objects.requireNonNull(SampleTurns.ALL.get("full"))), StandardCharsets.UTF_8);
        String older = written.replace("\"stop_kind\":\"tool_use\",", "");

        // When
        TurnRecord read = TurnReader.read(older.getBytes(StandardCharsets.UTF_8));

        // Then
        assertThat(older).isNotEqualTo(written);
        assertThat(read.stopKind()).isEqualTo(StopKind.TOOL_USE);
    }
}
