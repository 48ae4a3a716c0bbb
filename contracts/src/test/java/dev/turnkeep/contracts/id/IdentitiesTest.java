package dev.turnkeep.contracts.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import org.junit.jupiter.api.Test;

/** Identities that are stored: the literals were computed by another implementation and never change. */
class IdentitiesTest {
    private static final Scope SCOPE =
            new Scope(OrgId.parse("0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"), new EnvironmentName("production"));
    private static final SessionId SESSION =
            SessionId.parse("0192f0c1-2a3b-7c4d-8e5f-0123456789ab").orElseThrow();
    private static final TurnAddress KEY =
            new SessionKey(SCOPE, new HarnessId("claude"), new HarnessSessionId("2f:1/a"));
    private static final String ROOT = "7dfcacd63916fcb36b1ad02714c7423fc6b1a001ddf8c4b2f666981d8a8be378";
    private static final String LEAF = "973383e04f8bc85562886324ba17e46095276d50951c9fc7eb3f1e69fb41defe";

    @Test
    void namesATurnByItsRequestUnderEachKindOfAddress() {
        TurnAddress slot = new ActorSlot(SCOPE, new HarnessId("codex"), new ActorId("zoë@東京😀"));
        TurnAddress external = new ByExternalId(SCOPE, new ExternalId("order/42:7"));

        assertThat(Identities.turnByRequest(KEY, "req_1")).hasToString("f0a262a8-5673-5425-9c1d-e9ebbe88c902");
        assertThat(Identities.turnByRequest(slot, "req_1")).hasToString("e1993630-1271-51cb-8316-58aa15248a78");
        assertThat(Identities.turnByRequest(new ById(SCOPE, SESSION), "req_1"))
                .hasToString("8045fbc9-2a00-513d-a667-d9a8ede6cc06");
        assertThat(Identities.turnByRequest(external, "req_1")).hasToString("a1c680da-f020-51a3-9a62-afede7bc5446");
    }

    @Test
    void namesATurnByAnyRequestId() {
        assertThat(Identities.turnByRequest(KEY, "é:/😀")).hasToString("9e43074e-28f3-5f4e-9619-ff90fb8f3e99");
        assertThat(Identities.turnByRequest(KEY, "")).hasToString("6c0efbf2-93d3-5e84-8712-830b272ce8ad");
    }

    @Test
    void takesTheDigestOfARequestIdOver256BytesOfUtf8() {
        assertThat(Identities.turnByRequest(KEY, "x".repeat(256))).hasToString("c0f911cf-ce58-52f9-91ae-8a1da376d996");
        assertThat(Identities.turnByRequest(KEY, "x".repeat(257))).hasToString("e7c2fa0c-4c45-5bd9-b20d-8c1929ba66ec");
        assertThat(Identities.turnByRequest(KEY, "é".repeat(129))).hasToString("e0397fd6-d5be-5e75-92d6-aeb21d40611f");
    }

    @Test
    void namesATurnByItsCallInItsEnvironmentWhateverTheSession() {
        Scope elsewhere = new Scope(SCOPE.org(), new EnvironmentName("staging"));

        assertThat(Identities.turnByCall(SCOPE, "5b8e:chatcmpl-1")).hasToString("85efa409-5725-5c41-9219-8c25413beff6");
        assertThat(Identities.turnByCall(elsewhere, "5b8e:chatcmpl-1"))
                .hasToString("8b970614-8fa2-507a-9bcc-9d96a195f548");
        assertThat(Identities.turnByCall(SCOPE, "x".repeat(257))).hasToString("ac6c58c8-19b2-575c-b081-ee1b2ac0a992");
    }

    @Test
    void namesATurnByItsContentAndItsCallersTime() {
        assertThat(Identities.turnByContent(KEY, LEAF, "2026-01-02T03:04:05.678Z"))
                .hasToString("fa2ae72e-8534-5f63-b61c-82b5f64498a5");
        assertThat(Identities.turnByContent(KEY, LEAF, null)).hasToString("dfa4a07b-4cff-5bbb-ba40-74d37c6f5f23");
    }

    @Test
    void namesEvents() {
        assertThat(Identities.event(SESSION, 1, "session.started", ""))
                .hasToString("03084efb-59b7-5d80-be0c-22ad199b991f");
        assertThat(Identities.event(SESSION, 1, "session.ended", ""))
                .hasToString("e9ed9998-1955-5c32-8b9c-7f40d8232fb0");
        assertThat(Identities.event(SESSION, 2, "session.started", ""))
                .hasToString("91c85e12-38f7-550f-aa78-d6b8462ece69");
        assertThat(Identities.event(SESSION, 1, "turn.late", "0192f0c1-2a3b-5c4d-8e5f-aaaaaaaaaaaa"))
                .hasToString("29050ced-dbfd-5022-a3bb-70ed8b99f767");
        assertThat(Identities.event(SESSION, 3, "session.updated", "17"))
                .hasToString("1517a66d-ead8-5d1f-8ead-3b42d6b18df1");
    }

    @Test
    void namesASyntheticSessionByItsFirstWords() {
        assertThat(Identities.synthetic(ROOT, null)).isEqualTo(new HarnessSessionId("7dfcacd63916fcb3"));
    }

    @Test
    void scopesASyntheticSessionByItsSpeaker() {
        assertThat(Identities.synthetic(ROOT, new AuthSubject("zoë")))
                .isEqualTo(new HarnessSessionId("a19c79f7364c2611"));
    }
}
