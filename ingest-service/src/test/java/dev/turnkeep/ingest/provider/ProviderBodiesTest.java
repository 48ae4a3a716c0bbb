package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Samples.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Bodies as providers send them, beside what genai-prices itself reads of them and computes ({@code contracts/prices/bodies.mjs}). */
class ProviderBodiesTest {
    /** What the package calls the parts that it prices. */
    private static final Map<String, UsagePart> PARTS = Map.of(
            "input_audio_tokens", UsagePart.INPUT_AUDIO,
            "cache_audio_read_tokens", UsagePart.CACHE_READ_AUDIO,
            "input_image_tokens", UsagePart.INPUT_IMAGE,
            "input_video_tokens", UsagePart.INPUT_VIDEO,
            "output_audio_tokens", UsagePart.OUTPUT_AUDIO,
            "output_image_tokens", UsagePart.OUTPUT_IMAGE,
            "web_searches", UsagePart.WEB_SEARCHES);

    @Test
    void areReadAndPricedAsThePackageDoes() throws IOException {
        // Given
        List<JsonNode> bodies = bodies();
        SoftAssertions all = new SoftAssertions();

        for (JsonNode body : bodies) {
            // When
            Provider provider = Provider.named(body.get("provider").asText());
            ParsedResponse response = Samples.reduced(provider, body.get("body").toString());
            Long cost = Costs.of(
                            provider,
                            body.get("model").asText(),
                            response,
                            Instant.parse(body.get("at").asText()))
                    .nanoUsd();

            // Then
            all.assertThat(cost)
                    .as(body.toString())
                    .isEqualTo(body.get("nano_usd").asLong());
            sameUsage(response.usage(), body.get("usage"), all);
        }
        all.assertAll();
        assertThat(bodies).hasSizeGreaterThanOrEqualTo(17);
    }

    private static void sameUsage(Usage usage, JsonNode theirs, SoftAssertions all) {
        all.assertThat(usage.isTold()).isTrue();
        all.assertThat(usage.partial()).as(theirs.toString()).isFalse();
        all.assertThat(usage.inputTokens())
                .isEqualTo(theirs.path("input_tokens").asLong());
        all.assertThat(usage.outputTokens())
                .isEqualTo(theirs.path("output_tokens").asLong());
        all.assertThat(usage.cacheReadTokens())
                .isEqualTo(theirs.path("cache_read_tokens").asLong());
        all.assertThat(usage.cacheWriteTokens())
                .isEqualTo(theirs.path("cache_write_tokens").asLong());
        all.assertThat(usage.cacheWrite1hTokens())
                .isEqualTo(theirs.path("cache_write_1h_tokens").asLong());
        all.assertThat(usage.reasoningTokens())
                .isEqualTo(theirs.path("output_reasoning_tokens").asLong());
        PARTS.forEach((name, part) -> all.assertThat(usage.part(part))
                .as(name + " of " + theirs)
                .isEqualTo(theirs.path(name).asLong()));
    }

    private static List<JsonNode> bodies() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ProviderBodiesTest.class.getResourceAsStream("/price/bodies.jsonl"))) {
            List<JsonNode> bodies = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), UTF_8).strip().split("\n", -1)) {
                bodies.add(JSON.readTree(line));
            }
            return bodies;
        }
    }
}
