package dev.turnkeep.contracts.price;

import dev.turnkeep.contracts.turn.Usage;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** What turns cost: the caller's own figure first, then an operator's price, then the list's. Safe for any threads. */
public final class Prices {
    /** Callers choose the names of models: what is remembered of them is bounded. */
    private static final int REMEMBERED = 4096;

    private final Overrides overrides;
    private final PriceList list;
    private final ConcurrentMap<Name, Optional<PriceList.Entry>> known = new ConcurrentHashMap<>();

    private record Name(String provider, String model) {}

    public Prices(Overrides overrides, PriceList list) {
        this.overrides = overrides;
        this.list = list;
    }

    public PriceList list() {
        return list;
    }

    public Overrides overrides() {
        return overrides;
    }

    /**
     * @param model as the provider named it; null when it did not
     * @param at when the turn happened: the price is that moment's
     * @param reportedNanoUsd what the caller says the turn cost; null when it said nothing
     */
    public Charge charge(
            String provider, @Nullable String model, Usage usage, Instant at, @Nullable Long reportedNanoUsd) {
        if (reportedNanoUsd != null) {
            return Charge.reported(reportedNanoUsd);
        }
        if (model == null) {
            return Charge.unpriced(Unpriced.NO_MODEL, "the turn names no model");
        }
        Optional<Price> price = price(provider, model, usage.serviceTier(), at);
        if (price.isPresent() && price.get().rates().areFree()) {
            return Charge.priced(0, price.get());
        }
        if (!usage.isTold()) {
            return Charge.unpriced(Unpriced.NO_USAGE, "the response states no usage");
        }
        if (usage.partial()) {
            return Charge.unpriced(Unpriced.PARTIAL_USAGE, "the response states only a part of its usage");
        }
        if (price.isEmpty()) {
            return usage.serviceTier() == null
                    ? Charge.unpriced(Unpriced.NO_PRICE, "no price is known for this provider and model")
                    : Charge.unpriced(
                            Unpriced.SERVICE_TIER,
                            "no price is known for the service tier " + usage.serviceTier() + " of this model");
        }
        return switch (price.get().rates().bill(usage)) {
            case Bill.Amount amount -> Charge.priced(amount.nanoUsd(), price.get());
            case Bill.Refused refused -> Charge.unpriced(refused.why(), refused.reason());
        };
    }

    /** The list knows one way of being served: the usual one. */
    private Optional<Price> price(String provider, String model, @Nullable String tier, Instant at) {
        return overrides
                .price(provider, model, tier, at)
                .or(() -> tier == null ? entry(provider, model).map(entry -> list.price(entry, at)) : Optional.empty());
    }

    private Optional<PriceList.Entry> entry(String provider, String model) {
        Name name = new Name(provider, model);
        Optional<PriceList.Entry> found = known.get(name);
        if (found != null) {
            return found;
        }
        if (known.size() >= REMEMBERED) {
            known.clear();
        }
        Optional<PriceList.Entry> looked = list.entry(provider, model);
        known.put(name, looked);
        return looked;
    }
}
