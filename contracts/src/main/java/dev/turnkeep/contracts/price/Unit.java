package dev.turnkeep.contracts.price;

import dev.turnkeep.contracts.turn.Usage;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of a turn and may have a rate. A unit is a part of its {@link #whole}: where the part has a rate of its
 * own, the whole's rate is for the rest.
 */
public enum Unit {
    INPUT("input_mtok", null),
    CACHE_READ("cache_read_mtok", INPUT),
    CACHE_WRITE("cache_write_mtok", INPUT),
    CACHE_WRITE_5M("cache_write_5m_mtok", CACHE_WRITE),
    CACHE_WRITE_1H("cache_write_1h_mtok", CACHE_WRITE),
    OUTPUT("output_mtok", null),
    REASONING("output_reasoning_mtok", OUTPUT),
    REQUEST("requests_kcount", null);

    private static final BigDecimal NANO_PER_MILLION = BigDecimal.valueOf(1_000);
    private static final BigDecimal NANO_PER_THOUSAND = BigDecimal.valueOf(1_000_000);

    private final String key;
    private final @Nullable Unit whole;

    Unit(String key, @Nullable Unit whole) {
        this.key = key;
        this.whole = whole;
    }

    /** The name of its rate in price lists: {@code _mtok} in dollars for a million tokens, {@code _kcount} for a thousand. */
    public String key() {
        return key;
    }

    @Nullable
    Unit whole() {
        return whole;
    }

    static Optional<Unit> of(String key) {
        for (Unit unit : values()) {
            if (unit.key.equals(key)) {
                return Optional.of(unit);
            }
        }
        return Optional.empty();
    }

    boolean within(Unit other) {
        for (Unit at = whole; at != null; at = at.whole) {
            if (at == other) {
                return true;
            }
        }
        return false;
    }

    /** How many a turn had of it, parts included. */
    long in(Usage usage) {
        return switch (this) {
            case INPUT -> usage.inputTokens();
            case CACHE_READ -> usage.cacheReadTokens();
            case CACHE_WRITE -> usage.cacheWriteTokens();
            case CACHE_WRITE_5M -> usage.cacheWriteTokens() - usage.cacheWrite1hTokens();
            case CACHE_WRITE_1H -> usage.cacheWrite1hTokens();
            case OUTPUT -> usage.outputTokens();
            case REASONING -> usage.reasoningTokens();
            case REQUEST -> 1;
        };
    }

    /** 10⁻⁹ dollars for one, of a rate in dollars. */
    BigDecimal nano(BigDecimal rate) {
        return rate.multiply(this == REQUEST ? NANO_PER_THOUSAND : NANO_PER_MILLION);
    }
}
