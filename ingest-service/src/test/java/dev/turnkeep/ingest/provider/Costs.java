package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.Overrides;
import dev.turnkeep.contracts.price.PriceList;
import dev.turnkeep.contracts.price.Prices;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Objects;

/** What answers cost by the price list that comes with the version. */
final class Costs {
    private static final Prices PRICES = new Prices(Overrides.NONE, published());

    private Costs() {}

    static Charge of(Provider provider, String model, ParsedResponse response, Instant at) {
        return PRICES.charge(provider.id(), model, response.usage(), at, response.costNanoUsd());
    }

    private static PriceList published() {
        try (InputStream list = Objects.requireNonNull(Prices.class.getResourceAsStream("/price/genai-prices.json"))) {
            return PriceList.read("genai-prices.json", list.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
