package dev.turnkeep.contracts.price;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The arithmetic of one turn's price. */
public sealed interface Bill {
    /**
     * @param exact the sum of the lines in 10⁻⁹ dollars, without any rounding
     * @param nanoUsd the same rounded half up, once
     */
    record Amount(List<Line> lines, BigDecimal exact, long nanoUsd) implements Bill {}

    /** @param reason why no price can be defended, in words */
    record Refused(Unpriced why, String reason) implements Bill {}

    /**
     * @param count how many of the unit are charged at its rate: without the parts that have rates of their own
     * @param rate in dollars for a million (requests: a thousand)
     * @param tierStart the threshold of the tier that the rate is of; null for the base
     * @param nanoUsd count times rate, exactly
     */
    record Line(
            Unit unit,
            long count,
            BigDecimal rate,
            @Nullable Long tierStart,
            BigDecimal nanoUsd) {}
}
