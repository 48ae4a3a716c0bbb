package dev.turnkeep.contracts.price;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatesTest {
    private static final Instant AT = Instant.parse("2026-05-01T00:00:00Z");
    private static final String ALL = """
            {"input_mtok":3.0375,"cache_read_mtok":0.3,"cache_write_mtok":3.75,"cache_write_5m_mtok":3.75,\
            "cache_write_1h_mtok":6,"output_mtok":{"base":15,"tiers":[{"start":200000,"price":22.5}]},\
            "output_reasoning_mtok":17,"requests_kcount":5}""";

    @Test
    void roundsHalfANanoDollarUpAndOnlyOnce() {
        // Given
        Rates rates = RatesJson.parse("{\"input_mtok\":0.0375,\"output_mtok\":0.0375}");

        // Then
        assertThat(nano(rates, new Usage(1, 0, 0, 0, 0, 0))).as("37.5").isEqualTo(38);
        assertThat(nano(rates, new Usage(1, 1, 0, 0, 0, 0))).as("37.5 + 37.5").isEqualTo(75);
    }

    @Test
    void ratesThatALaterVersionKeptAreNotReadByHalf() {
        assertThat(RatesJson.kept(ALL)).contains(RatesJson.parse(ALL));
        assertThat(RatesJson.kept("{\"input_mtok\":1,\"thoughts_read_aloud_mtok\":2}"))
                .isEmpty();
    }

    @Property
    void partsAreChargedAtTheirOwnRatesAndNothingTwice(
            @ForAll @LongRange(max = 1_000_000) long plain,
            @ForAll @LongRange(max = 1_000_000) long read,
            @ForAll @LongRange(max = 1_000_000) long written,
            @ForAll @LongRange(max = 1_000_000) long hour,
            @ForAll @LongRange(max = 100_000) long said,
            @ForAll @LongRange(max = 100_000) long thought) {
        // Given
        long input = plain + read + written + hour;
        Usage usage = new Usage(input, said + thought, read, written + hour, hour, thought);

        // When
        Bill.Amount bill = (Bill.Amount) RatesJson.parse(ALL).bill(usage);

        // Then
        BigDecimal output = input > 200_000 ? new BigDecimal("22500") : new BigDecimal("15000");
        assertThat(bill.exact())
                .isEqualByComparingTo(new BigDecimal("3037.5")
                        .multiply(BigDecimal.valueOf(plain))
                        .add(BigDecimal.valueOf(300 * read + 3_750 * written + 6_000 * hour + 17_000 * thought))
                        .add(output.multiply(BigDecimal.valueOf(said)))
                        .add(BigDecimal.valueOf(5_000_000)));
        assertThat(bill.lines().stream()
                        .filter(line -> line.unit() != Unit.REQUEST)
                        .mapToLong(Bill.Line::count)
                        .sum())
                .isEqualTo(input + said + thought);
    }

    @Property
    void whatIsWrittenIsReadAgain(@ForAll @LongRange(max = 1_000_000) long base) {
        // Given
        Rates rates = RatesJson.parse(
                ALL.replace("3.0375", BigDecimal.valueOf(base, 4).toPlainString()));

        // Then
        assertThat(RatesJson.parse(RatesJson.write(rates))).isEqualTo(rates);
    }

    @Test
    void noRateIsNotAFreeRate() {
        // Given
        Rates embeddings = RatesJson.parse("{\"input_mtok\":1}");

        // Then
        assertThat(nano(embeddings, new Usage(5, 0, 0, 0, 0, 0))).isEqualTo(5_000);
        assertThat(embeddings.bill(new Usage(5, 1, 0, 0, 0, 0)))
                .isEqualTo(new Bill.Refused(Unpriced.NO_RATE, "the price has no rate output_mtok"));
    }

    @Test
    void partsThatExceedTheirWholeHaveNoPrice() {
        // Given
        Rates rates = RatesJson.parse(ALL);

        // Then
        assertThat(rates.bill(new Usage(10, 0, 8, 3, 0, 0)))
                .isEqualTo(new Bill.Refused(Unpriced.CONTRADICTION, "the parts of input_mtok are more than the whole"));
        assertThat(rates.bill(new Usage(10, 0, 0, 3, 4, 0)))
                .isEqualTo(new Bill.Refused(
                        Unpriced.CONTRADICTION, "more one-hour cache writes are counted than cache writes"));
        assertThat(rates.bill(new Usage(0, 2, 0, 0, 0, 3)))
                .isEqualTo(
                        new Bill.Refused(Unpriced.CONTRADICTION, "the parts of output_mtok are more than the whole"));
    }

    @Test
    void aCostBeyondEveryNumberIsNone() {
        // Given
        Rates rates = RatesJson.parse(ALL);

        // Then
        assertThat(rates.bill(new Usage(Long.MAX_VALUE, 0, 0, 0, 0, 0)))
                .isEqualTo(new Bill.Refused(Unpriced.CONTRADICTION, "the cost is beyond every number of ours"));
    }

    @Test
    void theCallersFigureGoesBeforeEveryPrice() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());

        // When
        Charge charge = prices.charge("anthropic", "claude-sonnet-4-5", new Usage(1, 1, 0, 0, 0, 0), AT, 7L);

        // Then
        assertThat(charge).isEqualTo(new Charge(CostSource.REPORTED, 7L, null, null, null));
    }

    @Test
    void aTurnWithoutAModelHasNoPrice() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());

        // Then
        assertThat(prices.charge("anthropic", null, Usage.NONE, AT, null).reason())
                .isEqualTo("the turn names no model");
    }

    @Test
    void aResponseThatStatesNoUsageHasNoPrice() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());

        // When
        Charge charge = prices.charge("openai", "gpt-5", Usage.NONE, AT, null);

        // Then
        assertThat(charge.source()).isEqualTo(CostSource.UNPRICED);
        assertThat(charge.nanoUsd()).isNull();
        assertThat(charge.why()).isEqualTo(Unpriced.NO_USAGE);
        assertThat(prices.charge("openai", "gpt-5", Usage.NONE, AT, 3L).nanoUsd())
                .as("the caller knows")
                .isEqualTo(3);
    }

    @Test
    void aPartOfAUsageHasNoPrice() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());
        Usage cut = new Usage(200_000, 1, 0, 0, 0, 0, true, Map.of(), null);

        // When
        Charge charge = prices.charge("anthropic", "claude-sonnet-4-5", cut, AT, null);

        // Then
        assertThat(charge.nanoUsd()).isNull();
        assertThat(charge.why()).isEqualTo(Unpriced.PARTIAL_USAGE);
    }

    @ParameterizedTest
    @CsvSource({
        "openai, gpt-audio, 100, 50, INPUT_AUDIO, 40, 60*2500 + 40*32000 + 50*10000, 1930000",
        "openai, gpt-audio, 100, 50, OUTPUT_AUDIO, 30, 100*2500 + 20*10000 + 30*64000, 2370000",
        "gemini, gemini-2.5-flash-image, 100, 50, OUTPUT_IMAGE, 30, 100*300 + 20*2500 + 30*30000, 980000",
        "gemini, gemini-2.5-flash, 100, 50, INPUT_AUDIO, 40, 60*300 + 40*1000 + 50*2500, 183000",
        "gemini, gemini-2.5-flash, 100, 50, INPUT_IMAGE, 40, pictures cost what text costs, 155000",
        "anthropic, claude-sonnet-4-6, 100, 50, WEB_SEARCHES, 3, 100*3000 + 50*15000 + 3*10000000, 31050000",
        "openai, gpt-5, 100, 50, FILE_SEARCHES, 2, 100*1250 + 50*10000 + 2*2500000, 5625000"
    })
    void partsThatTheListPricesAreChargedAtTheirOwnRates(
            String provider, String model, long input, long output, UsagePart part, long count, String sum, long nano) {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());
        Usage usage = new Usage(input, output, 0, 0, 0, 0, false, Map.of(part, count), null);

        // When
        Charge charge = prices.charge(provider, model, usage, AT, null);

        // Then
        assertThat(charge.nanoUsd()).as(sum).isEqualTo(nano);
    }

    @ParameterizedTest
    @CsvSource({"gemini, gemini-2.5-pro, WEB_SEARCHES", "openai, gpt-5, IMAGE_GENERATIONS"})
    void whatIsCountedBesideTokensNeedsARate(String provider, String model, UsagePart part) {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());
        Usage usage = new Usage(100, 50, 0, 0, 0, 0, false, Map.of(part, 1L), null);

        // When
        Charge charge = prices.charge(provider, model, usage, AT, null);

        // Then
        assertThat(charge.nanoUsd()).isNull();
        assertThat(charge.why()).isEqualTo(Unpriced.NO_RATE);
    }

    @Test
    void aFeeForTheRequestPaysForItsSearches() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());
        Usage usage = new Usage(100, 50, 0, 0, 0, 0, false, Map.of(UsagePart.WEB_SEARCHES, 2L), null);

        // When
        Charge charge = prices.charge("perplexity", "sonar", usage, AT, null);

        // Then
        assertThat(charge.nanoUsd()).isEqualTo(150 * 1_000 + 12_000_000);
    }

    @Test
    void cachedAudioIsChargedOnceAndOnlyWhenItIsCounted() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());
        Usage told = new Usage(
                100, 0, 10, 0, 0, 0, false, Map.of(UsagePart.INPUT_AUDIO, 20L, UsagePart.CACHE_READ_AUDIO, 5L), null);
        Usage untold = new Usage(100, 0, 10, 0, 0, 0, false, Map.of(UsagePart.INPUT_AUDIO, 20L), null);

        // Then
        assertThat(prices.charge("gemini", "gemini-2.5-flash", told, AT, null).nanoUsd())
                .isEqualTo(75 * 300 + 5 * 30 + 15 * 1_000 + 5 * 100);
        assertThat(prices.charge("gemini", "gemini-2.5-flash", untold, AT, null).why())
                .isEqualTo(Unpriced.NO_RATE);
    }

    @Test
    void anotherServiceTierIsAnotherPrice() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());
        Usage usage = new Usage(100, 50, 0, 0, 0, 0, false, Map.of(), "batch");

        // When
        Charge charge = prices.charge("anthropic", "claude-sonnet-4-6", usage, AT, null);

        // Then
        assertThat(charge.nanoUsd()).isNull();
        assertThat(charge.why()).isEqualTo(Unpriced.SERVICE_TIER);
        assertThat(charge.reason()).isEqualTo("no price is known for the service tier batch of this model");
    }

    private static long nano(Rates rates, Usage usage) {
        return ((Bill.Amount) rates.bill(usage)).nanoUsd();
    }
}
