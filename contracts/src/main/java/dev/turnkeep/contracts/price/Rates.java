package dev.turnkeep.contracts.price;

import dev.turnkeep.contracts.turn.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rates of one price, by unit. A part's rate needs its whole's. */
public record Rates(Map<Unit, Rate> byUnit) {
    public Rates {
        byUnit = byUnit.isEmpty() ? Map.of() : new EnumMap<>(byUnit);
    }

    /** Whether nothing costs anything at these rates, whatever a turn has. */
    boolean areFree() {
        return !byUnit.isEmpty()
                && byUnit.values().stream()
                        .allMatch(rate -> rate.base().signum() == 0
                                && rate.tiers().stream()
                                        .allMatch(tier -> tier.price().signum() == 0));
    }

    /** What a turn costs at these rates. */
    public Bill bill(Usage usage) {
        Map<Unit, Long> left = new EnumMap<>(Unit.class);
        for (Unit unit : Unit.values()) {
            long count = unit.in(usage);
            if (count < 0) {
                return new Bill.Refused(
                        Unpriced.CONTRADICTION, "more one-hour cache writes are counted than cache writes");
            }
            if (count > 0 && !isCharged(unit)) {
                return new Bill.Refused(Unpriced.NO_RATE, "the price has no rate " + unit.key());
            }
            left.put(unit, count);
        }
        for (Unit common : Unit.values()) {
            if (isUndecided(common, left, usage)) {
                return new Bill.Refused(
                        Unpriced.NO_RATE,
                        "it is not told how many tokens " + common.key() + " is for, or the price has no such rate");
            }
        }
        // Parts come after their wholes: backwards, every whole knows what its parts took.
        List<Unit> units = new ArrayList<>(byUnit.keySet());
        for (Unit part : units.reversed()) {
            for (Unit whole : units) {
                if (part.within(whole)) {
                    left.merge(whole, -left.getOrDefault(part, 0L), Long::sum);
                }
            }
        }
        List<Bill.Line> lines = new ArrayList<>();
        BigDecimal exact = BigDecimal.ZERO;
        for (Unit unit : units) {
            long count = left.getOrDefault(unit, 0L);
            if (count < 0) {
                return new Bill.Refused(
                        Unpriced.CONTRADICTION, "the parts of " + unit.key() + " are more than the whole");
            }
            if (count > 0) {
                Bill.Line line = line(unit, count, usage.inputTokens());
                lines.add(line);
                exact = exact.add(line.nanoUsd());
            }
        }
        try {
            return new Bill.Amount(
                    List.copyOf(lines),
                    exact.stripTrailingZeros(),
                    exact.setScale(0, RoundingMode.HALF_UP).longValueExact());
        } catch (ArithmeticException e) {
            return new Bill.Refused(Unpriced.CONTRADICTION, "the cost is beyond every number of ours");
        }
    }

    /** Tokens of a part are charged with their whole; searches of a provider that takes a fee for the request, with that. */
    private boolean isCharged(Unit unit) {
        boolean search = unit == Unit.WEB_SEARCH || unit == Unit.FILE_SEARCH;
        return byUnit.containsKey(unit)
                || !unit.wholes().isEmpty()
                || unit == Unit.REQUEST
                || (search && byUnit.containsKey(Unit.REQUEST));
    }

    /** Tokens that two rates are for at once have one rate of their own, and have to be counted. */
    private boolean isUndecided(Unit common, Map<Unit, Long> counts, Usage usage) {
        boolean overlap = common.wholes().size() > 1
                && common.wholes().stream()
                        .allMatch(whole -> byUnit.containsKey(whole) && counts.getOrDefault(whole, 0L) > 0);
        return overlap
                && (!common.isTold(usage) || (counts.getOrDefault(common, 0L) > 0 && !byUnit.containsKey(common)));
    }

    private Bill.Line line(Unit unit, long count, long inputTokens) {
        Rate rate = byUnit.get(unit);
        Rate.Tier tier = rate == null ? null : rate.tier(inputTokens);
        BigDecimal dollars = rate == null ? BigDecimal.ZERO : tier == null ? rate.base() : tier.price();
        return new Bill.Line(
                unit,
                count,
                dollars,
                tier == null ? null : tier.start(),
                unit.nano(dollars).multiply(BigDecimal.valueOf(count)));
    }

    /**
     * Reads an object of rates: a number, or a base with tiers, by a unit's key.
     *
     * @param strict refuses keys that are no unit of a turn; else they are overlooked: hours of audio, pages of documents and
     *     the like are units of services whose calls are no turns
     */
    static Rates read(Document rates, boolean strict) {
        Map<Unit, Rate> byUnit = new EnumMap<>(Unit.class);
        rates.members().forEach((key, rate) -> {
            Unit unit = Unit.of(key).orElse(null);
            if (unit != null && rate.value() != null) {
                byUnit.put(unit, rate(rate));
            } else if (strict) {
                throw rate.invalid("is no rate; known are "
                        + List.of(Unit.values()).stream().map(Unit::key).toList());
            }
        });
        byUnit.keySet().forEach(unit -> {
            for (Unit whole : unit.wholes()) {
                if (!byUnit.containsKey(whole)) {
                    throw rates.invalid("has " + unit.key() + " and must have " + whole.key() + " too");
                }
            }
        });
        return new Rates(byUnit);
    }

    private static Rate rate(Document rate) {
        if (!rate.isObject()) {
            return new Rate(rate.amount(), List.of());
        }
        rate.hasOnly(Set.of("base", "tiers"));
        List<Rate.Tier> tiers = new ArrayList<>();
        for (Document tier : rate.required("tiers").items()) {
            tier.hasOnly(Set.of("start", "price"));
            tiers.add(new Rate.Tier(
                    tier.required("start").count(), tier.required("price").amount()));
        }
        return new Rate(rate.required("base").amount(), tiers);
    }
}
