package dev.turnkeep.ingest.caller;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whose data a caller without a credential brings. */
sealed interface Trusted {
    /** Empty when it is nobody's: the caller then needs a credential. */
    Optional<Scope> scope(Function<String, @Nullable String> headers);

    /** No such callers. */
    record Nobody() implements Trusted {
        @Override
        public Optional<Scope> scope(Function<String, @Nullable String> headers) {
            return Optional.empty();
        }
    }

    /** All of them belong to one organisation. */
    record One(Scope scope) implements Trusted {
        @Override
        public Optional<Scope> scope(Function<String, @Nullable String> headers) {
            return Optional.of(scope);
        }
    }

    /** A gateway names it. */
    record Gateway(String orgHeader, String environmentHeader) implements Trusted {
        @Override
        public Optional<Scope> scope(Function<String, @Nullable String> headers) {
            String org = headers.apply(orgHeader);
            String environment = headers.apply(environmentHeader);
            if (org == null || environment == null) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Scope(OrgId.parse(org), new EnvironmentName(environment)));
            } catch (Invalid e) {
                throw new Invalid(Problem.UNAUTHENTICATED, null, "the gateway's headers name no organisation");
            }
        }
    }

    /** @throws IllegalArgumentException when only a part is configured */
    static Trusted of(TrustedConfig config) {
        if (config.orgId().isPresent() && config.environment().isPresent()) {
            OrgId org = OrgId.parse(config.orgId().get());
            return new One(
                    new Scope(org, new EnvironmentName(config.environment().get())));
        }
        if (config.orgHeader().isPresent() && config.environmentHeader().isPresent()) {
            return new Gateway(
                    config.orgHeader().get(), config.environmentHeader().get());
        }
        boolean partly = config.orgId().isPresent()
                || config.environment().isPresent()
                || config.orgHeader().isPresent()
                || config.environmentHeader().isPresent();
        if (partly) {
            throw new IllegalArgumentException("turnkeep.ingest.trusted needs org-id and environment, or both headers");
        }
        return new Nobody();
    }
}
