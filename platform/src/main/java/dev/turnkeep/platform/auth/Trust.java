package dev.turnkeep.platform.auth;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * From when on an answer about a key can be trusted, as far as the hint says. Immutable: each poll makes the next one.
 *
 * @param seen the last generation, null before the first poll
 * @param changedAt when the last change was noticed, in nanoseconds of the directory's clock
 * @param blind Redis did not answer the last poll, or was never asked
 */
record Trust(@Nullable String seen, long changedAt, boolean blind) {
    static Trust atStart(long now) {
        return new Trust(null, now, true);
    }

    Trust polled(String generation, long now) {
        boolean changed = seen != null && !seen.equals(generation);
        return new Trust(generation, changed ? now : changedAt, false);
    }

    Trust unanswered() {
        return new Trust(seen, changedAt, true);
    }

    /** Whether an answer whose question was asked before the last change is of no use any more. */
    boolean precedesChange(long askedAt) {
        return askedAt - changedAt < 0;
    }

    Freshness of(long askedAt, long now, KeysConfig config) {
        Duration limit =
                blind ? config.refreshAfterBlind() : config.refreshAfter().multipliedBy(2);
        long age = now - askedAt;
        if (precedesChange(askedAt) || age >= limit.toNanos()) {
            return Freshness.OUTDATED;
        }
        return age * 2 >= limit.toNanos() ? Freshness.AGEING : Freshness.FRESH;
    }

    enum Freshness {
        FRESH,
        /** Good enough to answer with, while it is looked up again. */
        AGEING,
        /** Has to be looked up first, unless the store is away. */
        OUTDATED
    }
}
