package dev.turnkeep.contracts.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.turn.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {
    private static final Instant MAY = Instant.parse("2026-05-01T00:00:00Z");
    private static final Usage USAGE = new Usage(1_000, 100, 0, 0, 0, 0);
    private static final PriceList LIST = Lists.vendored();

    @Test
    void anOverrideGoesBeforeTheList() {
        // Given
        Prices prices = prices("""
                {"prices": [{"name": "deal", "provider": "anthropic", "model": {"starts_with": "Claude-Sonnet"},
                             "rates": {"input_mtok": 1.5, "output_mtok": 7.5}}]}""");

        // When
        Charge charge = prices.charge("anthropic", "claude-sonnet-4-5", USAGE, MAY, null);

        // Then
        assertThat(charge.nanoUsd()).isEqualTo(1_000 * 1_500 + 100 * 7_500);
        assertThat(Objects.requireNonNull(charge.price()).source()).isEqualTo("override");
        assertThat(charge.ref()).matches("override@[0-9a-f]{12}:deal");
        assertThat(prices.charge("anthropic", "claude-opus-5", USAGE, MAY, null).ref())
                .startsWith("genai-prices@");
    }

    @Test
    void anOverrideHoldsFromItsStartAndNotAtItsEnd() {
        // Given
        Prices prices = prices("""
                {"prices": [{"name": "may", "provider": "ollama", "model": {"regex": "^llama"},
                             "from": "2026-05-01", "until": "2026-06-01T00:00:00Z",
                             "rates": {"input_mtok": 1, "output_mtok": 1}}]}""");

        // Then
        assertThat(source(prices, MAY.minusNanos(1_000))).isEqualTo(CostSource.UNPRICED);
        assertThat(source(prices, MAY)).isEqualTo(CostSource.PRICED);
        assertThat(source(prices, Instant.parse("2026-05-31T23:59:59.999999Z"))).isEqualTo(CostSource.PRICED);
        assertThat(source(prices, Instant.parse("2026-06-01T00:00:00Z"))).isEqualTo(CostSource.UNPRICED);
    }

    @Test
    void aTierHoldsForTheWholeTurn() {
        // Given
        Prices prices = prices("""
                {"prices": [{"name": "tiers", "provider": "ollama", "model": "llama",
                             "rates": {"input_mtok": {"base": 1, "tiers": [{"start": 2000, "price": 3},
                                                                            {"start": 1000, "price": 2}]},
                                       "output_mtok": 10}}]}""");

        // Then
        assertThat(input(prices, 1_000)).isEqualTo(1_000 * 1_000L);
        assertThat(input(prices, 1_001)).isEqualTo(1_001 * 2_000L);
        assertThat(input(prices, 2_001)).isEqualTo(2_001 * 3_000L);
    }

    @Test
    void freeIsAPrice() {
        // Given
        Prices prices = prices("""
                {"prices": [{"name": "own-machines", "provider": "ollama", "model": {"contains": "llama"},
                             "rates": {"input_mtok": 0, "output_mtok": 0}}]}""");

        // When
        Charge charge = prices.charge("ollama", "llama3.2", USAGE, MAY, null);

        // Then
        assertThat(charge.source()).isEqualTo(CostSource.PRICED);
        assertThat(charge.nanoUsd()).isZero();
    }

    @Test
    void whatIsFreeCostsNothingWhateverWasTold() {
        // Given
        Prices prices = prices("""
                {"prices": [{"name": "own-machines", "provider": "ollama", "model": {"contains": "llama"},
                             "rates": {"input_mtok": 0, "output_mtok": {"base": 0, "tiers": []}}}]}""");

        // When
        Charge charge = prices.charge("ollama", "llama3.2", Usage.NONE, MAY, null);

        // Then
        assertThat(charge.source()).isEqualTo(CostSource.PRICED);
        assertThat(charge.nanoUsd()).isZero();
    }

    @Test
    void aPriceMayBeForOneWayOfBeingServed() {
        // Given
        Prices prices = prices("""
                {"prices": [{"name": "half", "provider": "anthropic", "model": {"starts_with": "claude-sonnet-4"},
                             "service_tier": "batch", "rates": {"input_mtok": 1.5, "output_mtok": 7.5}}]}""");
        Usage batch = new Usage(1_000, 100, 0, 0, 0, 0, false, Map.of(), "batch");
        Usage priority = new Usage(1_000, 100, 0, 0, 0, 0, false, Map.of(), "priority");

        // Then
        assertThat(prices.charge("anthropic", "claude-sonnet-4-6", batch, MAY, null)
                        .nanoUsd())
                .isEqualTo(1_000 * 1_500 + 100 * 7_500);
        assertThat(prices.charge("anthropic", "claude-sonnet-4-6", USAGE, MAY, null)
                        .ref())
                .as("served the usual way")
                .startsWith("genai-prices@");
        assertThat(prices.charge("anthropic", "claude-sonnet-4-6", priority, MAY, null)
                        .why())
                .isEqualTo(Unpriced.SERVICE_TIER);
    }

    @Test
    void aListWithAnotherRateHasAnotherNameForIt() {
        // Given
        String list = new String(Lists.resource("/price/genai-prices.json"), StandardCharsets.UTF_8);
        String rate = "{\"input_mtok\":2,\"cache_write_mtok\":2.5,\"cache_read_mtok\":0.2,\"output_mtok\":10";
        assertThat(list).contains(rate);
        byte[] corrected = list.replace(rate, rate.replace(":10", ":11")).getBytes(StandardCharsets.UTF_8);

        // When
        Charge before = new Prices(Overrides.NONE, LIST).charge("anthropic", "claude-sonnet-5", USAGE, MAY, null);
        Charge after = new Prices(Overrides.NONE, PriceList.read("own.json", corrected))
                .charge("anthropic", "claude-sonnet-5", USAGE, MAY, null);

        // Then
        assertThat(before.ref()).matches("genai-prices@[0-9.]+:anthropic/claude-sonnet-5~[0-9a-f]{8}");
        assertThat(after.nanoUsd()).isNotEqualTo(before.nanoUsd());
        assertThat(after.ref()).isNotEqualTo(before.ref());
    }

    @Test
    void anotherFileIsAnotherVersion() {
        // Given
        String file = "{\"prices\": []}";

        // Then
        assertThat(overrides(file).version()).isEqualTo(overrides(file).version());
        assertThat(overrides(file).version()).isNotEqualTo(overrides(file + " ").version());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [                                                        | o.json line 1 column 2: is no JSON
            {"price": []}                                            | o.json.price: is not known; known are [prices]
            {"prices": [{"name": "a b"}]}                            | o.json.prices[0].name: must be 1 to 64 letters, digits, dots, underscores or hyphens
            {"prices": [{"name": "a"}]}                              | o.json.prices[0].rates: is required
            {"prices": [{"name": "a", "rates": {}}]}                 | o.json.prices[0].rates: must have at least one rate
            {"prices": [{"name": "a", "rates": {"input": 1}}]}       | o.json.prices[0].rates.input: is no rate; known are [input_mtok, cache_read_mtok, cache_write_mtok, cache_write_5m_mtok, cache_write_1h_mtok, output_mtok, output_reasoning_mtok, requests_kcount, input_audio_mtok, cache_audio_read_mtok, input_image_mtok, cache_image_read_mtok, input_video_mtok, output_audio_mtok, output_image_mtok, output_video_mtok, web_searches_kcount, storage_searches_kcount, image_generations_kcount]
            {"prices": [{"name": "a", "rates": {"input_mtok": -1}}]} | o.json.prices[0].rates.input_mtok: must be a number, 0 or more
            {"prices": [{"name": "a", "rates": {"input_mtok": "3"}}]} | o.json.prices[0].rates.input_mtok: must be a number, 0 or more
            {"prices": [{"name": "a", "rates": {"cache_read_mtok": 1}}]} | o.json.prices[0].rates: has cache_read_mtok and must have input_mtok too
            {"prices": [{"name": "a", "rates": {"input_mtok": {"base": 1, "tiers": [{"start": 0.5, "price": 1}]}}}]} | o.json.prices[0].rates.input_mtok.tiers[0].start: must be a whole number
            {"prices": [{"name": "a", "from": "May", "rates": {"input_mtok": 1}}]} | o.json.prices[0].from: must be a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z
            {"prices": [{"name": "a", "from": "2026-05-02", "until": "2026-05-02", "rates": {"input_mtok": 1}}]} | o.json.prices[0].until: must be later than from
            {"prices": [{"name": "a", "provider": {"is": "x"}, "model": "m", "rates": {"input_mtok": 1}}]} | o.json.prices[0].provider.is: is no rule; known are equals, starts_with, ends_with, contains, regex, or, and
            {"prices": [{"name": "a", "provider": "p", "model": {"regex": "("}, "rates": {"input_mtok": 1}}]} | o.json.prices[0].model.regex: is no regular expression: Unclosed group
            """)
    void saysWhereAFileIsWrong(String file, String message) {
        assertThatThrownBy(() -> overrides(file))
                .isInstanceOf(InvalidPrices.class)
                .hasMessage(message);
    }

    @Test
    void twoPricesMayNotShareAName() {
        // Given
        String price = "{\"name\": \"a\", \"provider\": \"p\", \"model\": \"m\", \"rates\": {\"input_mtok\": 1}}";

        // Then
        assertThatThrownBy(() -> overrides("{\"prices\": [" + price + "," + price + "]}"))
                .hasMessage("o.json.prices[1].name: is the name of an earlier price too");
    }

    private static CostSource source(Prices prices, Instant at) {
        return prices.charge("ollama", "llama3.2", USAGE, at, null).source();
    }

    private static long input(Prices prices, long tokens) {
        Usage usage = new Usage(tokens, 0, 0, 0, 0, 0);
        return Objects.requireNonNull(
                prices.charge("ollama", "llama", usage, MAY, null).nanoUsd());
    }

    private static Prices prices(String file) {
        return new Prices(overrides(file), LIST);
    }

    private static Overrides overrides(String file) {
        return Overrides.read("o.json", file.getBytes(StandardCharsets.UTF_8));
    }
}
