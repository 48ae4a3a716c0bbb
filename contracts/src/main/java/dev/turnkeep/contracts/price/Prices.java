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
            return Charge.unpriced("the turn names no model");
        }
        Optional<Price> price = overrides.price(provider, model, at).or(() -> entry(provider, model)
                .map(entry -> list.price(entry, at)));
        if (price.isEmpty()) {
            return Charge.unpriced("no price is known for this provider and model");
        }
        return switch (price.get().rates().bill(usage)) {
            case Bill.Amount amount -> Charge.priced(amount.nanoUsd(), price.get());
            case Bill.Refused refused -> Charge.unpriced(refused.reason());
        };
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
