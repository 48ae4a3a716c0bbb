package dev.turnkeep.ingest.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrustedTest {
    private static final String ORG = "0198c0de-0000-7000-8000-000000000001";
    private static final Scope SCOPE = new Scope(OrgId.parse(ORG), new EnvironmentName("production"));

    @Test
    void isOffUnlessConfigured() {
        assertThat(Trusted.of(config(null, null, null, null)).scope(_ -> ORG)).isEmpty();
    }

    @Test
    void takesEveryCallerForTheConfiguredOrganisations() {
        assertThat(Trusted.of(config(ORG, "production", null, null)).scope(_ -> null))
                .contains(SCOPE);
    }

    @Test
    void takesTheGatewaysWordForIt() {
        // Given
        Trusted trusted = Trusted.of(config(null, null, "X-Org", "X-Env"));

        // When, Then
        assertThat(trusted.scope(Map.of("X-Org", ORG, "X-Env", "production")::get))
                .contains(SCOPE);
        assertThat(trusted.scope(Map.of("X-Org", ORG)::get)).isEmpty();
        assertThatThrownBy(() -> trusted.scope(Map.of("X-Org", "acme", "X-Env", "production")::get))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void refusesToStartWithHalfAConfiguration() {
        assertThatIllegalArgumentException().isThrownBy(() -> Trusted.of(config(ORG, null, null, null)));
        assertThatIllegalArgumentException().isThrownBy(() -> Trusted.of(config(null, "production", "X-Org", null)));
    }

    private static Config config(
            @Nullable String org,
            @Nullable String environment,
            @Nullable String orgHeader,
            @Nullable String environmentHeader) {
        return new Config(
                Optional.ofNullable(org),
                Optional.ofNullable(environment),
                Optional.ofNullable(orgHeader),
                Optional.ofNullable(environmentHeader));
    }

    private record Config(
            Optional<String> orgId,
            Optional<String> environment,
            Optional<String> orgHeader,
            Optional<String> environmentHeader)
            implements TrustedConfig {}
}
