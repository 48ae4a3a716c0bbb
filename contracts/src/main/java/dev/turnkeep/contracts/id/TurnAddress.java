package dev.turnkeep.contracts.id;

/**
 * Which session a turn belongs to, as far as its caller knows. The encoding of an address is the turn's Kafka key, the
 * name under which advisory locks are taken, and part of the turn's identity: it can never change.
 */
public sealed interface TurnAddress {
    Scope scope();

    /** A tag byte and netstrings. */
    String encoded();

    /** A harness's session: {@code s}. */
    record SessionKey(Scope scope, HarnessId harness, HarnessSessionId harnessSession) implements TurnAddress {
        @Override
        public String encoded() {
            return 's' + scoped(scope, harness.value(), harnessSession.value());
        }
    }

    /** The implicit session of a person or device: {@code a}. Which session that is, is decided turn by turn. */
    record ActorSlot(Scope scope, HarnessId harness, ActorId actor) implements TurnAddress {
        @Override
        public String encoded() {
            return 'a' + scoped(scope, harness.value(), actor.value());
        }
    }

    /** An existing session by its friendly id: {@code f}. */
    record ById(Scope scope, SessionId session) implements TurnAddress {
        @Override
        public String encoded() {
            return 'f' + scoped(scope, session.friendly());
        }
    }

    /** An existing session by the name that its creator gave it: {@code e}. */
    record ByExternalId(Scope scope, ExternalId external) implements TurnAddress {
        @Override
        public String encoded() {
            return 'e' + scoped(scope, external.value());
        }
    }

    private static String scoped(Scope scope, String... ids) {
        return Netstring.of(scope.org().toString(), scope.environment().value()) + Netstring.of(ids);
    }
}
