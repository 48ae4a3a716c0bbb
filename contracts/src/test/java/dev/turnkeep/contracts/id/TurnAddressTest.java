package dev.turnkeep.contracts.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Kafka keys and lock names that are stored: the literals never change. */
class TurnAddressTest {
    private static final Scope SCOPE =
            new Scope(OrgId.parse("0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"), new EnvironmentName("production"));
    private static final String ORG_AND_ENVIRONMENT = "36:0192f0c1-2a3b-7c4d-8e5f-60718293a4b510:production";

    @Test
    void encodesASessionKey() {
        SessionKey key = new SessionKey(SCOPE, new HarnessId("claude"), new HarnessSessionId("2f:1/a"));

        assertThat(key.encoded()).isEqualTo("s" + ORG_AND_ENVIRONMENT + "6:claude6:2f:1/a");
    }

    @Test
    void encodesAnActorSlotWithLengthsInBytesOfUtf8() {
        ActorSlot slot = new ActorSlot(SCOPE, new HarnessId("codex"), new ActorId("zoë@東京😀"));

        assertThat(slot.encoded()).isEqualTo("a" + ORG_AND_ENVIRONMENT + "5:codex15:zoë@東京😀");
    }

    @Test
    void encodesAFriendlyId() {
        ById byId = new ById(
                SCOPE, SessionId.parse("0192f0c1-2a3b-7c4d-8e5f-0123456789ab").orElseThrow());

        assertThat(byId.encoded()).isEqualTo("f" + ORG_AND_ENVIRONMENT + "34:session_01jbrc2ahvfh6rwqr14d2pf2db");
    }

    @Test
    void encodesAnExternalId() {
        ByExternalId external = new ByExternalId(SCOPE, new ExternalId("order/42:7"));

        assertThat(external.encoded()).isEqualTo("e" + ORG_AND_ENVIRONMENT + "10:order/42:7");
    }

    @Test
    void writesOrganisationsInLowerCase() {
        Scope shouted = new Scope(OrgId.parse("0192F0C1-2A3B-7C4D-8E5F-60718293A4B5"), SCOPE.environment());

        assertThat(new ByExternalId(shouted, new ExternalId("x")).encoded()).startsWith("e" + ORG_AND_ENVIRONMENT);
    }

    @Property
    void keepsTwoPairsOfIdsApartWhateverTheyHold(
            @ForAll("ids") String harness,
            @ForAll("ids") String session,
            @ForAll("ids") String otherHarness,
            @ForAll("ids") String otherSession) {
        // Given
        SessionKey one = new SessionKey(SCOPE, new HarnessId(harness), new HarnessSessionId(session));
        SessionKey other = new SessionKey(SCOPE, new HarnessId(otherHarness), new HarnessSessionId(otherSession));

        // When / Then
        assertThat(one.encoded().equals(other.encoded())).isEqualTo(one.equals(other));
    }

    @Provide
    Arbitrary<String> ids() {
        return Arbitraries.strings().withChars("1:/aé").ofMinLength(1).ofMaxLength(4);
    }
}
