package dev.turnkeep.ingest.caller;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import jakarta.inject.Singleton;

/** What may be said of callers without a credential, and how often others may call. */
@Singleton
final class TrustedCheck implements SettingsCheck {
    private final TrustedConfig trusted;
    private final RateLimitConfig limits;

    TrustedCheck(TrustedConfig trusted, RateLimitConfig limits) {
        this.trusted = trusted;
        this.limits = limits;
    }

    @Override
    public void check(Findings findings) {
        try {
            Trusted.of(trusted);
        } catch (IllegalArgumentException e) {
            findings.refuse("turnkeep.ingest.trusted", "needs org-id and environment, or both headers");
        } catch (Invalid e) {
            findings.refuse("turnkeep.ingest.trusted", "the organisation has to be a UUID, the environment a name");
        }
        findings.within("turnkeep.ingest.rate-limit", limits.turnsPerSecond(), 0, Integer.MAX_VALUE);
        findings.within("turnkeep.ingest.rate-limit.requests", limits.requests(), 0, Integer.MAX_VALUE);
    }
}
