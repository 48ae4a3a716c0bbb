package dev.turnkeep.contracts.price;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.turn.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

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
                .isEqualTo(new Bill.Refused("the price has no rate output_mtok"));
    }

    @Test
    void partsThatExceedTheirWholeHaveNoPrice() {
        // Given
        Rates rates = RatesJson.parse(ALL);

        // Then
        assertThat(rates.bill(new Usage(10, 0, 8, 3, 0, 0)))
                .isEqualTo(new Bill.Refused("the parts of input_mtok are more than the whole"));
        assertThat(rates.bill(new Usage(10, 0, 0, 3, 4, 0)))
                .isEqualTo(new Bill.Refused("more one-hour cache writes are counted than cache writes"));
        assertThat(rates.bill(new Usage(0, 2, 0, 0, 0, 3)))
                .isEqualTo(new Bill.Refused("the parts of output_mtok are more than the whole"));
    }

    @Test
    void aCostBeyondEveryNumberIsNone() {
        // Given
        Rates rates = RatesJson.parse(ALL);

        // Then
        assertThat(rates.bill(new Usage(Long.MAX_VALUE, 0, 0, 0, 0, 0)))
                .isEqualTo(new Bill.Refused("the cost is beyond every number of ours"));
    }

    @Test
    void theCallersFigureGoesBeforeEveryPrice() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());

        // When
        Charge charge = prices.charge("anthropic", "claude-sonnet-4-5", new Usage(1, 1, 0, 0, 0, 0), AT, 7L);

        // Then
        assertThat(charge).isEqualTo(new Charge(CostSource.REPORTED, 7L, null, null));
    }

    @Test
    void aTurnWithoutAModelHasNoPrice() {
        // Given
        Prices prices = new Prices(Overrides.NONE, Lists.vendored());

        // Then
        assertThat(prices.charge("anthropic", null, Usage.NONE, AT, null).reason())
                .isEqualTo("the turn names no model");
    }

    private static long nano(Rates rates, Usage usage) {
        return ((Bill.Amount) rates.bill(usage)).nanoUsd();
    }
}
