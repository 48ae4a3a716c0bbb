package dev.turnkeep.contracts.price;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.turn.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Our numbers beside those that genai-prices itself computed ({@code contracts/prices/golden.mjs}). */
class PricesGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Another file of turns to compare with, such as one of every model. */
    private static final String FILE = "turnkeep.prices.golden";

    @Test
    void costsWhatThePackageComputesToTheNanoDollar() throws IOException {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());
        List<JsonNode> turns = turns();
        SoftAssertions all = new SoftAssertions();

        // When
        for (JsonNode turn : turns) {
            Charge charge = prices.charge(
                    turn.get("provider").asText(),
                    turn.get("model").asText(),
                    usage(turn.get("usage")),
                    Instant.parse(turn.get("at").asText()),
                    null);

            // Then
            Long expected =
                    turn.get("nano_usd").isNull() ? null : turn.get("nano_usd").asLong();
            boolean silent = Objects.equals(expected, 0L) && charge.nanoUsd() == null;
            if (!silent) {
                all.assertThat(charge.nanoUsd()).as(turn.toString()).isEqualTo(expected);
            }
        }
        all.assertAll();
    }

    @Test
    void comparesTiersCachesDatesAndTheUnknown() throws IOException {
        // Given
        List<JsonNode> turns = turns();

        // Then
        assertThat(turns.stream().filter(t -> !t.get("nano_usd").isNull()).map(t -> t.get("model")))
                .as("models with a price")
                .satisfies(models -> assertThat(models.stream().distinct()).hasSizeGreaterThanOrEqualTo(10));
        assertThat(turns).anyMatch(t -> t.at("/usage/input_tokens").asLong() > 200_000);
        assertThat(turns).anyMatch(t -> t.at("/usage/cache_write_1h_tokens").asLong() > 0);
        assertThat(turns)
                .anyMatch(t -> t.get("model").asText().equals("no-such-model")
                        && t.get("nano_usd").isNull());
        assertThat(turns.stream()
                        .filter(t -> t.get("model").asText().equals("claude-sonnet-4-6")
                                && t.at("/usage/input_tokens").asLong() == 200_001)
                        .map(t -> t.get("nano_usd").asLong())
                        .distinct())
                .as("a price that a date replaced")
                .hasSize(2);
    }

    private static List<JsonNode> turns() throws IOException {
        List<JsonNode> turns = new ArrayList<>();
        for (String line : text().split("\n", -1)) {
            if (!line.isEmpty()) {
                turns.add(JSON.readTree(line));
            }
        }
        return turns;
    }

    private static String text() throws IOException {
        String file = System.getProperty(FILE);
        return file == null
                ? new String(Lists.resource("/price/golden.jsonl"), StandardCharsets.UTF_8)
                : Files.readString(Path.of(file));
    }

    private static Usage usage(JsonNode usage) {
        return new Usage(
                usage.get("input_tokens").asLong(),
                usage.get("output_tokens").asLong(),
                usage.get("cache_read_tokens").asLong(),
                usage.get("cache_write_tokens").asLong(),
                usage.get("cache_write_1h_tokens").asLong(),
                usage.get("reasoning_tokens").asLong());
    }
}
