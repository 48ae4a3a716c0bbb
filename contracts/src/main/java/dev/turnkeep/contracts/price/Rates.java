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

    /** What a turn costs at these rates. */
    public Bill bill(Usage usage) {
        Map<Unit, Long> left = new EnumMap<>(Unit.class);
        for (Unit unit : Unit.values()) {
            if (unit.in(usage) < 0) {
                return new Bill.Refused("more one-hour cache writes are counted than cache writes");
            }
            if (unit.in(usage) > 0 && unit.whole() == null && unit != Unit.REQUEST && !byUnit.containsKey(unit)) {
                return new Bill.Refused("the price has no rate " + unit.key());
            }
            left.put(unit, unit.in(usage));
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
                return new Bill.Refused("the parts of " + unit.key() + " are more than the whole");
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
            return new Bill.Refused("the cost is beyond every number of ours");
        }
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
     * @param strict refuses keys that are no unit of a turn; else they are overlooked, since no turn has any of them
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
            Unit whole = unit.whole();
            if (whole != null && !byUnit.containsKey(whole)) {
                throw rates.invalid("has " + unit.key() + " and must have " + whole.key() + " too");
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
