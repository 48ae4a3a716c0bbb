package dev.turnkeep.contracts.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTest {
    private static final SessionId SESSION = new SessionId(new UUID(1, 2));

    @ParameterizedTest
    @CsvSource(textBlock = """
                    SUSPEND,  CREATED,   refused
                    SUSPEND,  OPEN,      session.suspended
                    SUSPEND,  SUSPENDED, already
                    SUSPEND,  ENDED,     refused
                    SUSPEND,  CLOSED,    refused
                    SUSPEND,  RETIRED,   refused
                    RESUME,   CREATED,   refused
                    RESUME,   OPEN,      already
                    RESUME,   SUSPENDED, session.resumed
                    RESUME,   ENDED,     refused
                    RESUME,   CLOSED,    refused
                    RESUME,   RETIRED,   refused
                    END,      CREATED,   refused
                    END,      OPEN,      session.ended(requested)
                    END,      SUSPENDED, session.ended(requested)
                    END,      ENDED,     already
                    END,      CLOSED,    refused
                    END,      RETIRED,   refused
                    END_IDLE, CREATED,   refused
                    END_IDLE, OPEN,      session.ended(idle)
                    END_IDLE, SUSPENDED, refused
                    END_IDLE, ENDED,     already
                    END_IDLE, CLOSED,    refused
                    END_IDLE, RETIRED,   refused
                    CLOSE,    CREATED,   session.closed(words)
                    CLOSE,    OPEN,      session.ended(closed) session.closed(words)
                    CLOSE,    SUSPENDED, session.ended(closed) session.closed(words)
                    CLOSE,    ENDED,     session.closed(words)
                    CLOSE,    CLOSED,    already
                    CLOSE,    RETIRED,   refused
                    EXPIRE,   CREATED,   session.expired(expired)
                    EXPIRE,   OPEN,      session.ended(expired) session.expired(expired)
                    EXPIRE,   SUSPENDED, session.ended(expired) session.expired(expired)
                    EXPIRE,   ENDED,     session.expired(expired)
                    EXPIRE,   CLOSED,    already
                    EXPIRE,   RETIRED,   refused
                    RETIRE,   CREATED,   session.retired
                    RETIRE,   OPEN,      refused
                    RETIRE,   SUSPENDED, refused
                    RETIRE,   ENDED,     session.retired
                    RETIRE,   CLOSED,    session.retired
                    RETIRE,   RETIRED,   already
                    """)
    void leadsFromEveryStateWhereTheStateMachineSays(Command command, State state, String expected) {
        assertThat(told(command.plan(SESSION, state, 3, 7, "words"))).isEqualTo(expected);
    }

    @Test
    void eachChangeIsMadeAtTheVersionThatTheOneBeforeItLeaves() {
        // When
        var plan = (Command.Changes) Command.CLOSE.plan(SESSION, State.OPEN, 3, 7, null);

        // Then
        assertThat(plan.changes()).extracting(Change::version).containsExactly(7L, 8L);
    }

    @Test
    void anEndOfAnEpochHasOneIdWhoeverMakesItAndWhenever() {
        // Given
        Change idle = new Change(EventType.ENDED, SESSION, 3, 7, "idle");

        // Then
        assertThat(idle.eventId()).isEqualTo(new Change(EventType.ENDED, SESSION, 3, 9, "requested").eventId());
        assertThat(idle.eventId()).isNotEqualTo(new Change(EventType.ENDED, SESSION, 4, 7, "idle").eventId());
        assertThat(new Change(EventType.SUSPENDED, SESSION, 3, 7, null).eventId())
                .isNotEqualTo(new Change(EventType.SUSPENDED, SESSION, 3, 9, null).eventId());
    }

    private static String told(Command.Plan plan) {
        return switch (plan) {
            case Command.Refused _ -> "refused";
            case Command.Already _ -> "already";
            case Command.Changes(List<Change> changes) ->
                String.join(
                        " ",
                        changes.stream()
                                .map(c -> c.type().text() + (c.reason() == null ? "" : "(" + c.reason() + ")"))
                                .toList());
        };
    }
}
