package dev.turnkeep.platform.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {
    @ParameterizedTest
    @ValueSource(strings = {"Bearer tk_a", "bearer tk_a", "BEARER   tk_a", " Bearer tk_a "})
    void readsABearerKeyWhateverTheCaseOfTheScheme(String header) {
        assertThat(Authenticator.bearer(header)).contains("tk_a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic dTpw", "Bearer a b", "tk_a", "Bearer k\u00e9y"})
    void takesNothingElseForAKey(String header) {
        assertThat(Authenticator.bearer(header)).isEmpty();
    }

    @Test
    void takesAnAbsentHeaderForNoKey() {
        assertThat(Authenticator.bearer(null)).isEmpty();
    }
}
