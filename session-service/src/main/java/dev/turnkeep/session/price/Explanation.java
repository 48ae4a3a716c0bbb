package dev.turnkeep.session.price;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.turnkeep.contracts.price.Bill;
import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.CostSource;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePartsJson;
import dev.turnkeep.session.event.Times;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of a turn's cost.
 *
 * @param reason why there is no cost by the prices of now, in words; null when there is one
 * @param price what the turn was charged by; null unless it was priced
 * @param lines what was counted times what it costs; absent unless it was priced, at rates that this version knows
 * @param partial the usage is not all that was used
 * @param parts what else was counted; absent when nothing was
 * @param tier how the call was served; absent for the usual way
 * @param why there is no cost, in one word; null too where the prices of now would give one
 * @param exactNanoUsd the sum of the lines before it is rounded half up
 * @param priceChanged the lines do not come to what was charged: the price that is kept is not the one of then
 * @param now what the same turn would cost by the prices of now
 */
public record Explanation(
        @JsonProperty("turn_id") String turnId,
        @JsonProperty("session_id") String sessionId,
        String provider,
        @Nullable String model,
        @JsonProperty("event_at") String eventAt,
        Tokens usage,
        @JsonProperty("usage_partial") boolean partial,
        @JsonProperty("usage_parts") @JsonRawValue @Nullable String parts,
        @JsonProperty("service_tier") @Nullable String tier,
        @JsonProperty("cost_source") String costSource,
        @JsonProperty("cost_nano_usd") @Nullable Long costNanoUsd,
        @Nullable String why,
        @Nullable String reason,
        @Nullable ByPrice price,
        @Nullable List<Line> lines,
        @JsonProperty("exact_nano_usd") @Nullable BigDecimal exactNanoUsd,
        @JsonProperty("price_changed") @Nullable Boolean priceChanged,
        Now now) {

    public record Tokens(
            @JsonProperty("input_tokens") long input,
            @JsonProperty("output_tokens") long output,
            @JsonProperty("cache_read_tokens") long cacheRead,
            @JsonProperty("cache_write_tokens") long cacheWrite,
            @JsonProperty("cache_write_1h_tokens") long cacheWrite1h,
            @JsonProperty("reasoning_tokens") long reasoning) {}

    public record ByPrice(
            String ref,
            String source,
            String version,
            String provider,
            String model,
            @JsonRawValue String rates) {}

    public record Line(
            String rate,
            long count,
            @JsonProperty("usd") BigDecimal usd,
            long per,
            @JsonProperty("tier_start") @Nullable Long tierStart,
            @JsonProperty("nano_usd") BigDecimal nanoUsd) {
        private static final long MILLION = 1_000_000;
        private static final long THOUSAND = 1_000;

        static Line of(Bill.Line line) {
            String key = line.unit().key();
            return new Line(
                    key,
                    line.count(),
                    line.rate(),
                    key.endsWith("_kcount") ? THOUSAND : MILLION,
                    line.tierStart(),
                    plain(line.nanoUsd()));
        }
    }

    public record Now(
            @JsonProperty("cost_source") String costSource,
            @JsonProperty("cost_nano_usd") @Nullable Long costNanoUsd,
            @JsonProperty("price_ref") @Nullable String priceRef,
            @Nullable String reason) {}

    /** @param bill what the kept price comes to; null when none is kept */
    static Explanation of(Row row, Usage usage, @Nullable Bill bill, Charge now) {
        Bill.Amount amount = bill instanceof Bill.Amount priced ? priced : null;
        boolean unpriced = row.getString("cost_source").equals(CostSource.UNPRICED.text());
        return new Explanation(
                row.getUUID("turn_id").toString(),
                row.getUUID("session_id").toString(),
                row.getString("provider"),
                row.getString("model"),
                Times.text(row.getOffsetDateTime("event_at").toInstant()),
                new Tokens(
                        usage.inputTokens(),
                        usage.outputTokens(),
                        usage.cacheReadTokens(),
                        usage.cacheWriteTokens(),
                        usage.cacheWrite1hTokens(),
                        usage.reasoningTokens()),
                usage.partial(),
                UsagePartsJson.write(usage.parts()),
                usage.serviceTier(),
                row.getString("cost_source"),
                row.getLong("cost_nano_usd"),
                unpriced && now.why() != null ? now.why().text() : null,
                unpriced ? (now.reason() == null ? "no price was known when the turn was stored" : now.reason()) : null,
                price(row),
                amount == null ? null : amount.lines().stream().map(Line::of).toList(),
                amount == null ? null : plain(amount.exact()),
                bill == null ? null : amount == null || !Objects.equals(row.getLong("cost_nano_usd"), amount.nanoUsd()),
                new Now(now.source().text(), now.nanoUsd(), now.ref(), now.reason()));
    }

    private static @Nullable ByPrice price(Row row) {
        @Nullable String ref = row.getString("price_ref");
        @Nullable String source = row.getString("source");
        return ref == null || source == null
                ? null
                : new ByPrice(
                        ref,
                        source,
                        row.getString("version"),
                        row.getString("price_provider"),
                        row.getString("price_model"),
                        row.getString("rates"));
    }

    /** Without an exponent. */
    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
