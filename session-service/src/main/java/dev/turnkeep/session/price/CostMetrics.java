package dev.turnkeep.session.price;

import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.CostSource;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Set;

/** What is counted of costs, after the commit. Records may name any provider, labels only those that ingest takes. */
@Singleton
public class CostMetrics {
    private static final Set<String> PROVIDERS = Set.of("anthropic", "openai", "gemini", "bedrock", "ollama");
    private static final double NANO = 1e9;

    private final MeterRegistry registry;

    public CostMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    public void charged(String provider, Charge charge) {
        String label = PROVIDERS.contains(provider) ? provider : "other";
        registry.counter("turnkeep_turns_charged", "source", charge.source().text())
                .increment();
        if (charge.source() == CostSource.UNPRICED) {
            String reason = charge.why() == null ? "other" : charge.why().text();
            registry.counter("turnkeep_turns_unpriced", "provider", label, "reason", reason)
                    .increment();
        }
        if (charge.nanoUsd() != null) {
            registry.counter("turnkeep_cost_usd", "provider", label).increment(charge.nanoUsd() / NANO);
        }
    }
}
