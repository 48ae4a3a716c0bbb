package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;
import static dev.turnkeep.session.turn.SampleTurn.NOON;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Change;
import dev.turnkeep.contracts.lifecycle.Command;
import dev.turnkeep.contracts.lifecycle.EventType;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.SessionEvent;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.session.event.EventStore;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The database function that changes sessions, beside what the turn transaction writes itself. */
@WithLocalStack
class ChangeSessionsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant LATER = NOON.plus(ofHours(3));
    private static TurnDatabase database;
    private Scope scope;

    @BeforeAll
    static void open(TestSpace space) {
        database = new TurnDatabase(space);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void newOrganisation() {
        scope = database.scope();
    }

    @ParameterizedTest
    @EnumSource(
            value = Command.class,
            names = {"SUSPEND", "END", "END_IDLE", "CLOSE", "EXPIRE"})
    void tellsAChangeInTheWordsOfTheTurnTransaction(Command command) throws JsonProcessingException {
        // Given
        Session open = opened();

        // When
        List<Change> changes = plan(command, open);
        for (Change change : changes) {
            assertThat(make(change)).isEqualTo(1);
        }

        // Then
        Change last = changes.getLast();
        Session now = session();
        assertThat(now.version()).isEqualTo(open.version() + changes.size());
        EventId copy = new EventId(UUID.randomUUID());
        assertThat(last.eventId()).isNotEqualTo(copy);
        SqlConnection connection = await(database.pool.getConnection());
        await(EventStore.insert(
                connection, List.of(new SessionEvent(copy, last.type(), LATER, now, last.reason())), LATER));
        connection.close();
        String byFunction = payload(last.eventId());
        String byTurns = payload(copy);
        assertThat(JSON.readTree(byFunction)).isEqualTo(JSON.readTree(byTurns));
        assertThat(JSON.readTree(byFunction).toString())
                .as("in the same order")
                .isEqualTo(JSON.readTree(byTurns).toString());
    }

    @Test
    void anEndLeavesTheRowThatABoundaryLeaves() {
        // Given
        database.store(SampleTurn.ofActor(scope, "ann", "r-1"), SampleTurn.ofActor(scope, "bob", "r-2"));
        Session ann = byActor("ann");

        // When
        database.store(SampleTurn.ofActor(scope, "bob", "r-3").at(NOON.plus(ofMinutes(31))));
        make(new Change(EventType.ENDED, ann.id(), 1, ann.version(), "boundary"));

        // Then
        String columns =
                "state, epoch, started_at, last_event_at, last_received_at, idle_bucket, ended_at, end_reason, "
                        + "suspended_at, closed_at, version";
        String ofBob = "actor_id = 'bob' AND state = 'ended'";
        assertThat(rows("SELECT " + columns + " FROM sessions WHERE actor_id = 'ann' AND " + mine()))
                .isEqualTo(rows("SELECT " + columns + " FROM sessions WHERE " + ofBob + " AND " + mine()));
        assertThat(rows(
                        "SELECT epoch, type, occurred_at FROM session_events WHERE type = 'session.ended' AND session_id"
                                + " = (SELECT id FROM sessions WHERE actor_id = 'ann' AND " + mine() + ")"))
                .isEqualTo(rows("SELECT epoch, type, occurred_at FROM session_events WHERE type = 'session.ended' AND "
                        + "session_id = (SELECT id FROM sessions WHERE " + ofBob + " AND " + mine() + ")"));
    }

    @Test
    void aRowThatHasMovedIsLeftAsItIs() {
        // Given
        Session open = opened();
        Change end = plan(Command.END_IDLE, open).getFirst();
        database.store(SampleTurn.in(scope, "s-1", "r-2").at(NOON.plusSeconds(1)));

        // When
        int changed = make(end);

        // Then
        assertThat(changed).isZero();
        assertThat(session().lifetime().state()).isEqualTo(State.OPEN);
    }

    @Test
    void nothingEndsAnEpochTwice() {
        // Given
        Session open = opened();
        make(plan(Command.END_IDLE, open).getFirst());
        database.execute("UPDATE sessions SET state = 'open', ended_at = NULL WHERE " + mine());

        // Then
        assertThatThrownBy(() -> make(new Change(EventType.ENDED, open.id(), 1, open.version() + 1, "idle")))
                .isInstanceOfSatisfying(
                        PgException.class, e -> assertThat(e.getSqlState()).isEqualTo("23505"));
    }

    @Test
    void aRequestedEndIsTheLaterOfItAndTheLastEvent() {
        // Given
        Session open = opened();

        // When
        make(plan(Command.END, open).getFirst());

        // Then
        assertThat(session().lifetime().endedAt()).isEqualTo(LATER);
        assertThat(rows("SELECT payload ->> 'reason' FROM session_events WHERE type = 'session.ended' AND " + mine()))
                .containsExactly("requested");
    }

    @Test
    void aTurnReopensWhatWasEndedByRequestAndNotWhatWasClosed() {
        // Given
        make(plan(Command.END, opened()).getFirst());

        // When
        database.store(SampleTurn.in(scope, "s-1", "r-2").at(LATER.plusSeconds(1)));
        Session reopened = session();
        plan(Command.CLOSE, reopened).forEach(ChangeSessionsIT::make);
        database.store(SampleTurn.in(scope, "s-1", "r-3").at(LATER.plus(ofHours(1))));

        // Then
        assertThat(reopened.lifetime().epoch()).isEqualTo(2);
        Session closed = session();
        assertThat(closed.lifetime().state()).isEqualTo(State.CLOSED);
        assertThat(closed.totals().turns()).isEqualTo(3);
        assertThat(rows("SELECT epoch, type, payload ->> 'reason' FROM session_events WHERE " + mine()
                        + " ORDER BY position"))
                .containsExactly(
                        "1|session.started|null",
                        "1|session.ended|requested",
                        "2|session.started|null",
                        "2|session.ended|closed",
                        "2|session.closed|closed",
                        "2|turn.late|null");
    }

    @Test
    void retiringFreesTheKeyAndKeepsTheHistory() {
        // Given
        make(plan(Command.END, opened()).getFirst());
        Session ended = session();

        // When
        make(plan(Command.RETIRE, ended).getFirst());
        database.store(SampleTurn.in(scope, "s-1", "r-2").at(LATER.plusSeconds(1)));

        // Then
        assertThat(rows("SELECT state, epoch, turn_count FROM sessions WHERE " + mine() + " ORDER BY created_at"))
                .containsExactly("retired|1|1", "open|1|1");
    }

    @Test
    void anotherOrganisationCannotChangeASession() {
        // Given
        Session open = opened();
        var api = database.pool("turnkeep_api");

        // When
        SqlConnection connection = await(api.getConnection());
        Transaction transaction = await(connection.begin());
        await(connection
                .preparedQuery("SELECT set_config('app.org_id', $1, true)")
                .execute(Tuple.of(UUID.randomUUID().toString())));
        int changed = await(connection
                        .preparedQuery("SELECT id FROM change_sessions($1, $2, $3, $4, $5, $6)")
                        .execute(parameters(plan(Command.END, open).getFirst())))
                .size();
        await(transaction.commit());
        connection.close();
        api.close();

        // Then
        assertThat(changed).isZero();
        assertThat(session().lifetime().state()).isEqualTo(State.OPEN);
    }

    private Session opened() {
        database.store(SampleTurn.in(scope, "s-1", "r-1").spokenBy("ann"));
        return session();
    }

    private static List<Change> plan(Command command, Session session) {
        var plan = command.plan(
                session.id(), session.lifetime().state(), session.lifetime().epoch(), session.version(), "closed");
        return ((Command.Changes) plan).changes();
    }

    private static int make(Change change) {
        return await(database.pool
                .preparedQuery("SELECT id FROM change_sessions($1, $2, $3, $4, $5, $6)")
                .execute(parameters(change))
                .map(rows -> rows.size()));
    }

    private static Tuple parameters(Change change) {
        return Tuple.of(
                new UUID[] {change.session().value()},
                new Long[] {change.version()},
                new UUID[] {change.eventId().value()},
                change.type().text(),
                change.reason(),
                LATER.atOffset(ZoneOffset.UTC));
    }

    private Session session() {
        return read("harness_session_id = 's-1'");
    }

    private Session byActor(String actor) {
        return read("actor_id = '" + actor + "'");
    }

    private Session read(String condition) {
        List<String> ids = rows("SELECT id FROM sessions WHERE " + condition + " AND " + mine());
        assertThat(ids).hasSize(1);
        SessionId id = new SessionId(UUID.fromString(ids.getFirst()));
        SqlConnection connection = await(database.pool.getConnection());
        try {
            return await(SessionStore.read(connection, Set.of(id))).getFirst();
        } finally {
            connection.close();
        }
    }

    private static String payload(EventId id) {
        return rows("SELECT payload FROM session_events WHERE id = '" + id.value() + "'")
                .getFirst();
    }

    private static List<String> rows(String sql) {
        return database.rows(sql);
    }

    private String mine() {
        return "org_id = '" + scope.org() + "'";
    }
}
