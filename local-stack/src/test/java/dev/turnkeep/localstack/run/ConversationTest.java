package dev.turnkeep.localstack.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {

    private static final Instant END = Instant.parse("2026-03-29T12:00:00Z");

    private final Conversation conversation = Conversation.of("sample-1", END);

    @Test
    void everyRequestRepeatsWhatWasSaidBefore() {
        // Given
        List<JsonNode> before = List.of();

        for (ObjectNode turn : conversation.turns()) {
            // When
            List<JsonNode> messages = new ArrayList<>();
            turn.path("request").path("messages").forEach(messages::add);

            // Then
            assertThat(messages.subList(0, before.size())).isEqualTo(before);
            assertThat(messages.size()).isGreaterThan(before.size());
            assertThat(messages.getLast().path("role").asText()).isEqualTo("user");
            before = messages;
        }
    }

    @Test
    void everyToolResultAnswersACall() {
        // Given
        List<String> calls = new ArrayList<>();
        List<String> results = new ArrayList<>();

        // When
        for (ObjectNode turn : conversation.turns())
            for (JsonNode block : turn.path("response").path("message").path("content"))
                if (block.path("type").asText().equals("tool_use"))
                    calls.add(block.path("tool_use_id").asText());
        for (JsonNode message : conversation.turns().getLast().path("request").path("messages"))
            for (JsonNode block : message.path("content"))
                if (block.path("type").asText().equals("tool_result"))
                    results.add(block.path("tool_use_id").asText());

        // Then
        assertThat(results).containsExactlyElementsOf(calls).doesNotHaveDuplicates();
        assertThat(conversation.totals().toolCalls()).isEqualTo(calls.size());
    }

    @Test
    void addsUpToWhatItsTurnsSay() {
        // When
        long input = 0;
        long output = 0;
        for (ObjectNode turn : conversation.turns()) {
            JsonNode usage = turn.path("response").path("usage");
            input += usage.path("prompt_tokens").asLong();
            output += usage.path("completion_tokens").asLong();
            assertThat(usage.path("total_tokens").asLong())
                    .isEqualTo(usage.path("prompt_tokens").asLong()
                            + usage.path("completion_tokens").asLong());
            assertThat(usage.path("prompt_tokens").asLong())
                    .isGreaterThanOrEqualTo(
                            usage.path("cache_read_input_tokens").asLong()
                                    + usage.path("cache_creation_input_tokens").asLong());
        }

        // Then
        assertThat(conversation.totals()).isEqualTo(new Conversation.Totals(6, input, output, 6, 1));
    }

    @Test
    void itsTurnsFollowOneAnotherAndEndNow() {
        // Given
        Instant last = Instant.MIN;

        for (ObjectNode turn : conversation.turns()) {
            // When
            Instant asked = Instant.parse(turn.path("meta").path("ts_request").asText());
            Instant captured =
                    Instant.parse(turn.path("meta").path("captured_at").asText());

            // Then
            assertThat(asked).isAfter(last).isBefore(captured);
            last = captured;
        }
        assertThat(last).isEqualTo(END);
    }

    @Test
    void anotherTellingSharesNoIdentityWithThisOne() {
        // When
        Conversation other = Conversation.of("sample-2", END);

        // Then
        assertThat(ids(other)).doesNotContainAnyElementsOf(ids(conversation)).doesNotHaveDuplicates();
    }

    @Test
    void showsWhereTheStoredSessionDiffers() throws Exception {
        // Given
        JsonNode stored = new ObjectMapper()
                .readTree("{\"turn_count\":6,\"input_tokens\":10079,\"output_tokens\":1,\"tool_calls\":6}");

        // When
        String text = Sample.describe(stored, conversation);

        // Then
        assertThat(text.lines().filter(line -> line.contains("DIFFERS")))
                .hasSize(2)
                .anyMatch(line -> line.contains("output_tokens"))
                .anyMatch(line -> line.contains("tool_errors"));
    }

    private static List<String> ids(Conversation conversation) {
        return conversation.turns().stream()
                .map(turn -> turn.path("meta").path("request_id").asText())
                .toList();
    }
}
