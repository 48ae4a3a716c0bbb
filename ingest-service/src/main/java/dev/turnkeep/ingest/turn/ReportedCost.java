package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.provider.Amounts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** What the caller says a turn cost. */
final class ReportedCost {
    static final String NAME = "cost_usd";

    private static final String PATH = "meta." + NAME;
    private static final int NANO = 9;

    private ReportedCost() {}

    /**
     * In 10⁻⁹ dollars, rounded half up; null when nothing is said.
     *
     * @throws Invalid (422) for what is no amount of dollars: a number or its text, 0 or more
     */
    static @Nullable Long nanoUsd(Fields meta) {
        RawJson given = meta.raw(NAME);
        if (given == null) {
            return null;
        }
        String text = meta.loose(NAME);
        BigDecimal dollars = Amounts.read(text == null ? given.toString() : text);
        if (dollars == null) {
            throw wrong();
        }
        try {
            return dollars.movePointRight(NANO)
                    .setScale(0, RoundingMode.HALF_UP)
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw wrong();
        }
    }

    private static Invalid wrong() {
        return Invalid.field(PATH, "must be an amount of dollars, a number or its text, from 0 to 9 billion");
    }
}
