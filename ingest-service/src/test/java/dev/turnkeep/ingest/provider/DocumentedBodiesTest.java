package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Samples.bytes;
import static dev.turnkeep.ingest.provider.Samples.reduced;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of the providers' own documentation; {@code providers/README.md} says where they stand. */
class DocumentedBodiesTest {
    /** Columns: model, stop reason, its kind; tokens of input, output, cache, reasoning; the text as it is hashed. */
    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "ANTHROPIC | anthropic.json | claude-opus-5 | end_turn | COMPLETE | 12 | 6 | 0 | 0 | Hello!",
                "ANTHROPIC | anthropic.sse | claude-opus-4-20250514 | end_turn | COMPLETE | 25 | 15 | 0 | 0 | Hello!",
                "OPENAI | openai-chat.json | gpt-4.1-2025-04-14 | stop | COMPLETE | 19 | 10 | 0 | 0 | Hello! How can I assist you today?",
                "OPENAI | openai-chat.chunks | gpt-4o-mini | stop | COMPLETE | 0 | 0 | 0 | 0 | Hello",
                "OPENAI | openai-responses.json | gpt-4.1-2025-04-14 | completed | COMPLETE | 36 | 87 | 0 | 0 | In a peaceful grove beneath a silver moon, … her hoofprints sparkled like stardust.",
                "OPENAI | openai-responses.sse | gpt-4.1-2025-04-14 | completed | COMPLETE | 37 | 11 | 0 | 0 | Hi there! How can I assist you today?",
                "OPENAI | openai-responses-reasoning.json | o1-2024-12-17 | completed | COMPLETE | 81 | 1035 | 0 | 832 | The classic tongue twister...",
                "OLLAMA | ollama-generate.json | llama3.2 | | UNKNOWN | 26 | 290 | 0 | 0 | The sky is blue because it is the color of the sky.",
                "OLLAMA | ollama-chat.json | llama3.2 | | UNKNOWN | 26 | 298 | 0 | 0 | Hello! How are you today?",
                "OLLAMA | ollama-chat.ndjson | llama3.2 | | UNKNOWN | 26 | 282 | 0 | 0 | The",
                "GEMINI | gemini-cached.json | | STOP | COMPLETE | 323388 | 397 | 323383 | 0 | This is a transcript of the air-to-ground voice transmission … who made this historic mission possible.",
                "GEMINI | gemini.sse | | STOP | COMPLETE | 0 | 0 | 0 | 0 | In the quaint, sunlit cottage … resided two feline companions named … their love for each other and for adventure stronger than ever.",
                "BEDROCK | bedrock.json | | end_turn | COMPLETE | 125 | 60 | 0 | 0 | Here is a list of 3 pop songs by artists from the United Kingdom:\\n1. … by The Verve\\n3. … by Oasis",
                "BEDROCK | bedrock-events.txt | | max_tokens | LENGTH | 47 | 20 | 0 | 0 | Title: The"
            })
    void areReadAsTheyStand(
            Provider provider,
            String name,
            String model,
            String reason,
            StopKind kind,
            long input,
            long output,
            long cacheRead,
            long reasoning,
            String text) {
        // Given
        String[] pieces = text.split(" … ", -1);

        // When
        ParsedResponse response = reduced(provider, sent(name));

        // Then
        assertThat(response.message().projection().toString())
                .startsWith("[{\"is_error\":false,\"text\":\"" + pieces[0])
                .containsSubsequence(pieces)
                .endsWith(pieces[pieces.length - 1] + "\",\"type\":\"text\"}]");
        assertThat(response.message().role()).isEqualTo("assistant");
        assertThat(response.model()).isEqualTo(model);
        assertThat(response.stopReason()).isEqualTo(reason);
        assertThat(response.stopKind()).isEqualTo(kind);
        assertThat(response.usage()).isEqualTo(new Usage(input, output, cacheRead, 0, 0, reasoning));
        assertThat(response.error()).isNull();
    }

    /** Columns: stop reason; tokens of input and output; the call's id, tool and input. */
    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI | openai-chat-functions.json | tool_calls | 82 | 17 | call_abc123 | get_current_weather | {\"location\":\"Boston, MA\"}",
                "OPENAI | openai-responses-functions.json | completed | 291 | 23 | call_unLAR8MvFNptuiZK6K6HCy5k | get_current_weather | {\"location\":\"Boston, MA\",\"unit\":\"celsius\"}",
                "OLLAMA | ollama-chat-tools.json | stop | 169 | 18 | | get_weather | {\"city\":\"Tokyo\"}",
                "OLLAMA | ollama-chat-tools.ndjson | stop | 169 | 15 | | get_weather | {\"city\":\"Tokyo\"}",
                "GEMINI | gemini-functions.json | STOP | 0 | 0 | | find_theaters | {\"location\":\"Mountain View, CA\",\"movie\":\"Barbie\"}"
            })
    void callTheToolThatTheyName(
            Provider provider,
            String name,
            String reason,
            long input,
            long output,
            @Nullable String id,
            String tool,
            String toolInput) {
        // Given
        String withId = id == null ? "" : "\"tool_use_id\":\"" + id + "\",";

        // When
        ParsedResponse response = reduced(provider, sent(name));

        // Then
        assertThat(response.message().projection())
                .hasToString("[{\"is_error\":false,\"tool_input\":%s,\"tool_name\":\"%s\",%s\"type\":\"tool_use\"}]"
                        .formatted(toolInput, tool, withId));
        assertThat(response.stopReason()).isEqualTo(reason);
        assertThat(response.stopKind()).isEqualTo(StopKind.TOOL_USE);
        assertThat(response.toolCalls()).isEqualTo(1);
        assertThat(response.usage()).isEqualTo(new Usage(input, output, 0, 0, 0, 0));
        assertThat(response.error()).isNull();
    }

    @ParameterizedTest(name = "{1} {2}")
    @CsvSource({"ANTHROPIC,anthropic.json,anthropic.sse", "OLLAMA,ollama-chat-tools.json,ollama-chat-tools.ndjson"})
    void giveTheSameNodeInBothForms(Provider provider, String document, String stream) {
        // When
        ParsedResponse whole = reduced(provider, sent(document));
        ParsedResponse streamed = reduced(provider, sent(stream));

        // Then
        assertThat(streamed.message().projection())
                .hasToString(whole.message().projection().toString());
    }

    @Test
    void countTheSearchesOfTheWeb() {
        // When
        ParsedResponse response = reduced(Provider.OPENAI, sent("openai-responses-web-search.json"));

        // Then
        assertThat(response.usage())
                .isEqualTo(new Usage(328, 356, 0, 0, 0, 0, false, Map.of(UsagePart.WEB_SEARCHES, 1L), null));
        assertThat(response.stopKind()).isEqualTo(StopKind.COMPLETE);
        assertThat(response.toolCalls()).isEqualTo(1);
        assertThat(response.message().projection().toString())
                .contains("ws_67ccf18f64008190a39b619f4c8455ef087bb177ab789d5c")
                .contains("\"text\":\"As of today, March 9, 2025, one notable positive news story...\"");
    }

    @ParameterizedTest
    @CsvSource({
        "OLLAMA, ollama-chat.json, 5191566416",
        "OLLAMA, ollama-chat.ndjson, 4883583458",
        "BEDROCK, bedrock.json, 1175000000",
        "BEDROCK, bedrock-events.txt, 100000000"
    })
    void tellHowLongTheyTook(Provider provider, String name, long nanos) {
        assertThat(reduced(provider, sent(name)).durationNanos()).isEqualTo(nanos);
    }

    /** What goes over the wire: two streams are printed without the frames that they come in. */
    private static byte[] sent(String name) {
        byte[] printed = bytes("documented/" + name);
        return switch (name) {
            case "openai-chat.chunks" ->
                ("data: " + objects(printed, "\n\ndata: ") + "\n\ndata: [DONE]\n\n").getBytes(UTF_8);
            // Printed by Python, whose quotes are single ones.
            case "bedrock-events.txt" ->
                AmazonFrames.ofLines(objects(printed, "\n").replace('\'', '"'));
            default -> printed;
        };
    }

    /** The lines that hold an object; dots stand for those that the documentation leaves out. */
    private static String objects(byte[] printed, String separator) {
        return new String(printed, UTF_8)
                .lines()
                .filter(line -> line.startsWith("{"))
                .collect(Collectors.joining(separator));
    }
}
