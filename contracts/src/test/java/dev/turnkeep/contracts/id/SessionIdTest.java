package dev.turnkeep.contracts.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import java.math.BigInteger;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class SessionIdTest {
    @Example
    void writesTheFriendlyForm() {
        assertThat(id("0192f0c1-2a3b-7c4d-8e5f-0123456789ab").friendly())
                .isEqualTo("session_01jbrc2ahvfh6rwqr14d2pf2db");
        assertThat(id("00000000-0000-0000-0000-000000000000").friendly())
                .isEqualTo("session_00000000000000000000000000");
        assertThat(id("ffffffff-ffff-ffff-ffff-ffffffffffff").friendly())
                .isEqualTo("session_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assertThat(id("80000000-0000-0000-0000-000000000000").friendly())
                .isEqualTo("session_40000000000000000000000000");
        assertThat(id("00000000-0000-0000-0000-00000000001f").friendly())
                .isEqualTo("session_0000000000000000000000000z");
    }

    @Property
    void readsWhatItWrites(@ForAll long most, @ForAll long least) {
        // Given
        SessionId id = new SessionId(new UUID(most, least));

        // When / Then
        assertThat(SessionId.parse(id.friendly())).contains(id);
        assertThat(SessionId.parseFriendly(id.friendly())).isEqualTo(id);
        assertThat(SessionId.parse(id.toString())).contains(id);
        assertThat(id.friendly()).matches("session_[0-7][0-9a-hjkmnp-tv-z]{25}");
    }

    @Example
    void refusesWhatNoSessionIsCalled() {
        assertThat(SessionId.parse("session_80000000000000000000000000")).isEmpty();
        assertThat(SessionId.parse("session_/0000000000000000000000000")).isEmpty();
        assertThat(SessionId.parse("session_0000000000000000000000000u")).isEmpty();
        assertThat(SessionId.parse("session_0000000000000000000000000Z")).isEmpty();
        assertThat(SessionId.parse("session_0000000000000000000000000")).isEmpty();
        assertThat(SessionId.parse("session_000000000000000000000000000")).isEmpty();
        assertThat(SessionId.parse("00000000000000000000000000")).isEmpty();
        assertThat(SessionId.parse("1-1-1-1-1")).isEmpty();
        assertThat(SessionId.parse("")).isEmpty();
    }

    @Example
    void takesOnlyTheFriendlyFormWhereThatIsAskedFor() {
        assertThatThrownBy(() -> SessionId.parseFriendly("0192f0c1-2a3b-7c4d-8e5f-0123456789ab"))
                .isInstanceOfSatisfying(
                        Invalid.class, e -> assertThat(e.field()).isEqualTo("session_id"));
    }

    @Property
    void sortsAsUnsignedNumbersLikePostgres(@ForAll long a, @ForAll long b, @ForAll long c, @ForAll long d) {
        // Given
        SessionId one = new SessionId(new UUID(a, b));
        SessionId other = new SessionId(new UUID(c, d));

        // When / Then
        assertThat(Integer.signum(one.compareTo(other))).isEqualTo(number(one).compareTo(number(other)));
    }

    private static BigInteger number(SessionId id) {
        return new BigInteger(id.toString().replace("-", ""), 16);
    }

    private static SessionId id(String text) {
        return SessionId.parse(text).orElseThrow();
    }
}
