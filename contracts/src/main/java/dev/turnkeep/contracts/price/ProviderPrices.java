package dev.turnkeep.contracts.price;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A provider's models in the order in which they are tried.
 *
 * @param match which other names mean this provider; null when none does
 * @param models of which the first that accepts a name is meant
 * @param fallbacks other providers whose models this one sells at their prices
 */
record ProviderPrices(String id, @Nullable Match match, List<ModelPrices> models, List<String> fallbacks) {

    boolean isMeantBy(String name) {
        return match != null && match.accepts(name);
    }

    Optional<ModelPrices> model(String name) {
        return models.stream().filter(model -> model.match().accepts(name)).findFirst();
    }
}
