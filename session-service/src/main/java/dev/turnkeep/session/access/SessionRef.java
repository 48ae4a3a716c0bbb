package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.SessionId;
import java.util.Optional;

/** How a request names a session. */
public sealed interface SessionRef {
    /** What a scope would name it by. */
    String name();

    /** By its id. */
    record ById(SessionId id) implements SessionRef {
        @Override
        public String name() {
            return id.friendly();
        }
    }

    /** By the name that a caller of the API gave it. */
    record ByExternalId(String name) implements SessionRef {}

    /** By something that can be no session's id: there is none. */
    record Unknown(String name) implements SessionRef {}

    /** As {@code /api} and {@code /realtime} read it: what starts with {@code session_} is an id, all else external. */
    static SessionRef api(String text) {
        return text.startsWith("session_") ? id(text) : new ByExternalId(text);
    }

    /** As {@code /v1} reads it: an id, in either form. */
    static SessionRef id(String text) {
        Optional<SessionId> id = SessionId.parse(text);
        return id.isPresent() ? new ById(id.get()) : new Unknown(text);
    }
}
