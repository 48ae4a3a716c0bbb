package dev.turnkeep.contracts.price;

import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of a turn and may have a rate. A unit is a part of its {@link #wholes}: where the part has a rate of its
 * own, the wholes' rates are for the rest. Of several wholes it is what they have in common.
 */
public enum Unit {
    INPUT("input_mtok"),
    CACHE_READ("cache_read_mtok", INPUT),
    CACHE_WRITE("cache_write_mtok", INPUT),
    CACHE_WRITE_5M("cache_write_5m_mtok", CACHE_WRITE),
    CACHE_WRITE_1H("cache_write_1h_mtok", CACHE_WRITE),
    OUTPUT("output_mtok"),
    REASONING("output_reasoning_mtok", OUTPUT),
    REQUEST("requests_kcount"),
    // Parts come after their wholes. Kept prices are written in this order: what is new comes last.
    INPUT_AUDIO("input_audio_mtok", INPUT),
    CACHE_READ_AUDIO("cache_audio_read_mtok", CACHE_READ, INPUT_AUDIO),
    INPUT_IMAGE("input_image_mtok", INPUT),
    CACHE_READ_IMAGE("cache_image_read_mtok", CACHE_READ, INPUT_IMAGE),
    INPUT_VIDEO("input_video_mtok", INPUT),
    OUTPUT_AUDIO("output_audio_mtok", OUTPUT),
    OUTPUT_IMAGE("output_image_mtok", OUTPUT),
    OUTPUT_VIDEO("output_video_mtok", OUTPUT),
    WEB_SEARCH("web_searches_kcount"),
    FILE_SEARCH("storage_searches_kcount"),
    IMAGE_GENERATION("image_generations_kcount");

    private static final BigDecimal NANO_PER_MILLION = BigDecimal.valueOf(1_000);
    private static final BigDecimal NANO_PER_THOUSAND = BigDecimal.valueOf(1_000_000);
    private static final String BY_THE_THOUSAND = "_kcount";

    private final String key;
    private final @Nullable Unit whole;
    private final @Nullable Unit otherWhole;

    Unit(String key) {
        this(key, null, null);
    }

    Unit(String key, Unit whole) {
        this(key, whole, null);
    }

    Unit(String key, @Nullable Unit whole, @Nullable Unit otherWhole) {
        this.key = key;
        this.whole = whole;
        this.otherWhole = otherWhole;
    }

    /** The name of its rate in price lists: {@code _mtok} in dollars for a million tokens, {@code _kcount} for a thousand. */
    public String key() {
        return key;
    }

    /** None of a unit that is part of nothing. */
    List<Unit> wholes() {
        if (whole == null) {
            return List.of();
        }
        return otherWhole == null ? List.of(whole) : List.of(whole, otherWhole);
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
        return wholes().stream().anyMatch(each -> each == other || each.within(other));
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
            case INPUT_AUDIO -> usage.part(UsagePart.INPUT_AUDIO);
            case CACHE_READ_AUDIO -> usage.part(UsagePart.CACHE_READ_AUDIO);
            case INPUT_IMAGE -> usage.part(UsagePart.INPUT_IMAGE);
            case CACHE_READ_IMAGE -> usage.part(UsagePart.CACHE_READ_IMAGE);
            case INPUT_VIDEO -> usage.part(UsagePart.INPUT_VIDEO);
            case OUTPUT_AUDIO -> usage.part(UsagePart.OUTPUT_AUDIO);
            case OUTPUT_IMAGE -> usage.part(UsagePart.OUTPUT_IMAGE);
            case OUTPUT_VIDEO -> usage.part(UsagePart.OUTPUT_VIDEO);
            case WEB_SEARCH -> usage.part(UsagePart.WEB_SEARCHES);
            case FILE_SEARCH -> usage.part(UsagePart.FILE_SEARCHES);
            case IMAGE_GENERATION -> usage.part(UsagePart.IMAGE_GENERATIONS);
        };
    }

    /** Whether it was said how many there were of what several wholes have in common. */
    boolean isTold(Usage usage) {
        return switch (this) {
            case CACHE_READ_AUDIO -> usage.parts().containsKey(UsagePart.CACHE_READ_AUDIO);
            case CACHE_READ_IMAGE -> usage.parts().containsKey(UsagePart.CACHE_READ_IMAGE);
            case INPUT,
                    CACHE_READ,
                    CACHE_WRITE,
                    CACHE_WRITE_5M,
                    CACHE_WRITE_1H,
                    OUTPUT,
                    REASONING,
                    REQUEST,
                    INPUT_AUDIO,
                    INPUT_IMAGE,
                    INPUT_VIDEO,
                    OUTPUT_AUDIO,
                    OUTPUT_IMAGE,
                    OUTPUT_VIDEO,
                    WEB_SEARCH,
                    FILE_SEARCH,
                    IMAGE_GENERATION -> true;
        };
    }

    /** 10⁻⁹ dollars for one, of a rate in dollars. */
    BigDecimal nano(BigDecimal rate) {
        return rate.multiply(key.endsWith(BY_THE_THOUSAND) ? NANO_PER_THOUSAND : NANO_PER_MILLION);
    }
}
