package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Samples.bytes;
import static dev.turnkeep.ingest.provider.Samples.reduced;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.Unpriced;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a provider did not say is not zero, and what it said before the end is not all. */
class UsageToldTest {
    private static final Instant AT = Instant.parse("2026-10-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ANTHROPIC | claude-sonnet-4-6 | {\"content\":\"So.\",\"stop_reason\":\"end_turn\"}",
                "OPENAI | gpt-5 | {\"choices\":[{\"message\":{\"content\":\"So.\"},\"finish_reason\":\"stop\"}]}",
                "OPENAI | gpt-5 | {\"choices\":[{\"message\":{\"content\":\"So.\"},\"finish_reason\":\"stop\"}],\"usage\":null}",
                "OPENAI | gpt-5 | {\"choices\":[{\"message\":{\"content\":\"So.\"}}],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}",
                "OPENAI | gpt-5 | {\"object\":\"response\",\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"So.\"}]}",
                "GEMINI | gemini-2.5-pro | {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"So.\"}]},\"finishReason\":\"STOP\"}]}",
                "BEDROCK | amazon.nova-pro-v1:0 | {\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"So.\"}]}},\"stopReason\":\"end_turn\"}"
            })
    void anAnswerWithoutUsageIsUnpriced(Provider provider, String model, String body) {
        // When
        ParsedResponse response = reduced(provider, body);
        Charge charge = Costs.of(provider, model, response, AT);

        // Then
        assertThat(response.usage().isTold()).isFalse();
        assertThat(charge.nanoUsd()).isNull();
        assertThat(charge.why()).isEqualTo(Unpriced.NO_USAGE);
    }

    @Test
    void aStreamThatWasNotAskedForItsUsageIsUnpriced() {
        // Given: the default of the API.
        String all = new String(bytes("openai-chat.sse"), UTF_8);
        String usage = all.lines()
                .filter(line -> line.contains("\"prompt_tokens\""))
                .findFirst()
                .orElseThrow();

        // When
        ParsedResponse response = reduced(Provider.OPENAI, all.replace(usage, ": nothing"));

        // Then
        assertThat(response.stopReason()).isEqualTo("tool_calls");
        assertThat(Costs.of(Provider.OPENAI, "gpt-4o", response, AT).why()).isEqualTo(Unpriced.NO_USAGE);
    }

    static Stream<Arguments> streams() {
        return Stream.of(
                Arguments.of(
                        Provider.ANTHROPIC, "claude-sonnet-4-5", "anthropic.sse", EnumSet.of(Unpriced.PARTIAL_USAGE)),
                Arguments.of(Provider.OPENAI, "gpt-4o", "openai-chat.sse", EnumSet.of(Unpriced.NO_USAGE)),
                Arguments.of(Provider.OPENAI, "gpt-5", "openai-responses.sse", EnumSet.of(Unpriced.NO_USAGE)),
                Arguments.of(
                        Provider.GEMINI,
                        "gemini-2.5-flash",
                        "gemini.sse",
                        EnumSet.of(Unpriced.PARTIAL_USAGE, Unpriced.NO_USAGE)),
                Arguments.of(Provider.BEDROCK, "amazon.nova-pro-v1:0", "bedrock.jsonl", EnumSet.of(Unpriced.NO_USAGE)));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("streams")
    void aStreamThatIsCutIsUnpricedOrHasTheUsageOfTheWhole(
            Provider provider, String model, String name, Set<Unpriced> reasons) {
        // Given
        byte[] stream = bytes(name);
        ParsedResponse whole = reduced(provider, stream);
        assertThat(Costs.of(provider, model, whole, AT).nanoUsd()).isPositive();
        int unpriced = 0;

        for (int length = 1; length < stream.length; length++) {
            // When
            ParsedResponse cut;
            try {
                cut = reduced(provider, Arrays.copyOf(stream, length));
            } catch (Invalid e) {
                continue;
            }
            Charge charge = Costs.of(provider, model, cut, AT);

            // Then
            if (charge.nanoUsd() == null) {
                unpriced++;
                assertThat(charge.why()).as("cut at " + length).isIn(reasons);
            } else {
                assertThat(cut.usage()).as("cut at " + length).isEqualTo(whole.usage());
            }
        }
        assertThat(unpriced).isGreaterThan(stream.length / 5);
    }

    /**
     * Its counts are those of the answer: the compaction is told of beside them. The figures are those of the example at
     * https://platform.claude.com/docs/en/build-with-claude/compaction.
     */
    @Test
    void anAnswerAfterACompactionIsOfAPartOfItsUsage() {
        // Given
        String iterations = "\"iterations\":[{\"type\":\"%s\",\"input_tokens\":180000,\"output_tokens\":3500},"
                + "{\"type\":\"message\",\"input_tokens\":23000,\"output_tokens\":1000}]";
        String document = "{\"content\":[{\"type\":\"text\",\"text\":\"So.\"}],\"stop_reason\":\"end_turn\","
                + "\"usage\":{\"input_tokens\":23000,\"output_tokens\":1000," + iterations + "}}";
        String stream = """
                event: message_start
                data: {"type":"message_start","message":{"role":"assistant","content":[],"usage":{"input_tokens":23000,"output_tokens":1}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"So."}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1000,%s}}

                event: message_stop
                data: {"type":"message_stop"}

                """.formatted(iterations);

        for (String form : new String[] {document, stream}) {
            // When
            ParsedResponse compacted = reduced(Provider.ANTHROPIC, form.formatted("compaction"));
            ParsedResponse plain = reduced(Provider.ANTHROPIC, form.formatted("message"));

            // Then
            assertThat(compacted.usage()).isEqualTo(partial(23_000, 1_000));
            assertThat(Costs.of(Provider.ANTHROPIC, "claude-sonnet-4-6", compacted, AT)
                            .why())
                    .isEqualTo(Unpriced.PARTIAL_USAGE);
            assertThat(plain.usage()).isEqualTo(new Usage(23_000, 1_000, 0, 0, 0, 0));
        }
    }

    private static Usage partial(long input, long output) {
        return new Usage(input, output, 0, 0, 0, 0, true, Map.of(), null);
    }

    @Test
    void aReducedAnswerOfACutStreamIsOfAPartOfItsUsage() {
        // Given
        String reduced = """
                {"message":{"role":"assistant","content":[{"type":"text","text":"So"}]},"stop_reason":"%s",
                "usage":{"prompt_tokens":200000,"completion_tokens":1}}""";

        // When / Then
        assertThat(Parsing.response(reduced.formatted("incomplete")).usage().partial())
                .isTrue();
        assertThat(Parsing.response(reduced.formatted("error")).usage().partial())
                .isTrue();
        assertThat(Parsing.response(reduced.formatted("end_turn")).usage())
                .isEqualTo(new Usage(200_000, 1, 0, 0, 0, 0));
        assertThat(Parsing.response(reduced.formatted("end_turn").replace(",\"completion_tokens\":1", ""))
                        .usage()
                        .partial())
                .as("the output is not told")
                .isTrue();
        assertThat(Parsing.response(reduced.formatted("end_turn")
                                .replace("prompt_tokens", "input_tokens")
                                .replace("completion_tokens", "output_tokens"))
                        .usage()
                        .isTold())
                .as("a provider's names may count otherwise")
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI | {\"choices\":[{\"message\":{\"content\":\"So.\"}}],\"service_tier\":\"%s\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}} | default | flex",
                "OPENAI | {\"status\":\"completed\",\"output\":[],\"service_tier\":\"%s\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}} | default | priority",
                "ANTHROPIC | {\"content\":\"So.\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"service_tier\":\"%s\"}} | standard | batch",
                "ANTHROPIC | {\"content\":\"So.\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"speed\":\"%s\"}} | standard | fast",
                "GEMINI | {\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":1,\"trafficType\":\"%s\"}} | ON_DEMAND | provisioned_throughput",
                "BEDROCK | {\"output\":{\"message\":{\"content\":[]}},\"stopReason\":\"end_turn\",\"serviceTier\":{\"type\":\"%s\"},\"usage\":{\"inputTokens\":1,\"outputTokens\":1}} | default | reserved",
                "BEDROCK | {\"output\":{\"message\":{\"content\":[]}},\"stopReason\":\"end_turn\",\"performanceConfig\":{\"latency\":\"%s\"},\"usage\":{\"inputTokens\":1,\"outputTokens\":1}} | standard | optimized"
            })
    void anUnusualServiceTierIsTold(Provider provider, String body, String usual, String special) {
        assertThat(reduced(provider, body.formatted(usual)).usage().serviceTier())
                .isNull();
        assertThat(reduced(provider, body.formatted(special)).usage().serviceTier())
                .isEqualTo(special);
    }

    @Test
    void whereItRanIsToldWhenThatCostsMore() {
        // Given
        String body = """
                {"content":"So.","usage":{"input_tokens":1,"output_tokens":1,"speed":"fast","inference_geo":"%s"}}""";

        // When / Then
        assertThat(reduced(Provider.ANTHROPIC, body.formatted("global")).usage().serviceTier())
                .isEqualTo("fast");
        assertThat(reduced(Provider.ANTHROPIC, body.formatted("us")).usage().serviceTier())
                .isEqualTo("fast+geo:us");
        assertThat(ServiceTier.both("fast", ServiceTier.both("fast+geo:us", "fast")))
                .as("told again and again")
                .isEqualTo("fast+geo:us");
    }

    @Test
    void toolsThatTheProviderRunsAreCounted() {
        // Given
        String response = """
                {"status":"completed","usage":{"input_tokens":9,"output_tokens":9},"output":[
                {"type":"web_search_call","id":"ws_1","action":{"type":"search","query":"x"}},
                {"type":"web_search_call","id":"ws_2","action":{"type":"open_page","url":"x"}},
                {"type":"web_search_call","id":"ws_3"},
                {"type":"file_search_call","id":"fs_1","queries":["x"]},
                {"type":"image_generation_call","id":"ig_1","result":"AA=="}]}""";
        String grounded = """
                {"candidates":[{"content":{"parts":[{"text":"So."}]},"finishReason":"STOP",
                "groundingMetadata":{"webSearchQueries":["a","b"]}}],
                "usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2}}""";

        // When / Then
        Usage usage = reduced(Provider.OPENAI, response).usage();
        assertThat(usage.part(UsagePart.WEB_SEARCHES)).isEqualTo(2);
        assertThat(usage.part(UsagePart.FILE_SEARCHES)).isOne();
        assertThat(usage.part(UsagePart.IMAGE_GENERATIONS)).isOne();
        assertThat(reduced(Provider.GEMINI, grounded).usage().part(UsagePart.WEB_SEARCHES))
                .isEqualTo(2);
        assertThat(Costs.of(Provider.GEMINI, "gemini-2.5-pro", reduced(Provider.GEMINI, grounded), AT)
                        .why())
                .as("the list does not know what a search costs")
                .isEqualTo(Unpriced.NO_RATE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"cost\":0.00014 | 140000",
                "\"cost\":1.5e-05 | 15000",
                "\"cost\":0.0000000005 | 1",
                "\"cost\":0.95,\"is_byok\":false,\"cost_details\":{\"upstream_inference_cost\":19} | 950000000",
                "\"cost\":0.95,\"is_byok\":true,\"cost_details\":{\"upstream_inference_cost\":19} | 19950000000",
                "\"cost\":{\"input_tokens_cost\":0.1,\"total_cost\":0.25} | 250000000",
                "\"cost\":-1 | ",
                "\"cost\":null | ",
                "\"cost\":1e99 | ",
                "\"x\":1 | "
            })
    void whatTheProviderSaysItChargedIsTheCost(String cost, Long nanoUsd) {
        // Given
        String body = """
                {"choices":[{"message":{"content":"So."},"finish_reason":"stop"}],
                "usage":{"prompt_tokens":5,"completion_tokens":2,%s}}""".formatted(cost);

        // When / Then
        assertThat(reduced(Provider.OPENAI, body).costNanoUsd()).isEqualTo(nanoUsd);
    }
}
