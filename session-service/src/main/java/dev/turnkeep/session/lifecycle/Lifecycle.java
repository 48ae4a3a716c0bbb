package dev.turnkeep.session.lifecycle;

import dev.turnkeep.contracts.id.LeaseHolder;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Change;
import dev.turnkeep.contracts.lifecycle.Command;
import dev.turnkeep.contracts.lifecycle.EventType;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.log.Wakeups;
import dev.turnkeep.session.event.EndingMetrics;
import dev.turnkeep.session.lifecycle.LifecycleStore.Ended;
import dev.turnkeep.session.lifecycle.LifecycleStore.Standing;
import dev.turnkeep.session.live.Deadline;
import dev.turnkeep.session.live.Liveness;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.RowJson;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Commands on one session: under its row lock, with their events, in one transaction. */
@Singleton
public class Lifecycle {
    private final Database database;
    private final Liveness liveness;
    private final EndingMetrics metrics;
    private final Wakeups wakeups;
    private final Clock clock;

    Lifecycle(Database database, Liveness liveness, EndingMetrics metrics, Wakeups wakeups, Clock clock) {
        this.database = database;
        this.liveness = liveness;
        this.metrics = metrics;
        this.wakeups = wakeups;
        this.clock = clock;
    }

    private record Done(List<Ended> ended, List<String> reasons, boolean resumed, Optional<Deadline> deadline) {}

    /**
     * Brings the session to where the command leads; nothing changes when it is there already.
     *
     * @param reason the caller's words for a close
     * @throws Invalid 404 when there is no such session, 409 when its state does not allow the command
     */
    public void command(Scope scope, SessionId session, Command command, @Nullable String reason) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Done done = database.inOrg(scope.org(), work -> {
            Standing standing = LifecycleStore.lock(work, scope, session).orElseThrow(Lifecycle::notFound);
            List<Change> changes =
                    switch (command.plan(session, standing.state(), standing.epoch(), standing.version(), reason)) {
                        case Command.Changes(List<Change> planned) -> planned;
                        case Command.Already _ -> List.of();
                        case Command.Refused _ -> throw refused(standing.state());
                    };
            return make(work, scope, session, changes, now);
        });
        for (int i = 0; i < done.ended().size(); i++) {
            Ended ended = done.ended().get(i);
            metrics.ended(done.reasons().get(i), ended.startedAt(), ended.endedAt(), ended.turns());
        }
        if (done.resumed()) {
            metrics.resumed();
        }
        done.deadline().ifPresent(deadline -> liveness.extend(List.of(deadline)));
        if (command == Command.CLOSE) {
            wakeups.closed(scope, session);
        }
    }

    private static Done make(Work work, Scope scope, SessionId session, List<Change> changes, Instant now) {
        List<Ended> ended = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (Change change : changes) {
            Ended row = LifecycleStore.change(work, change, now)
                    .orElseThrow(() -> new IllegalStateException("a locked session had moved"));
            if (change.type() == EventType.ENDED) {
                ended.add(row);
                reasons.add(String.valueOf(change.reason()));
            }
        }
        Optional<Deadline> deadline = changes.isEmpty()
                ? Optional.empty()
                : LifecycleStore.deadline(work, scope, session)
                        .map(from -> Deadline.of(session, from.lastReceivedAt(), from.idle()));
        boolean resumed = changes.stream().anyMatch(change -> change.type() == EventType.RESUMED);
        return new Done(ended, reasons, resumed, deadline);
    }

    /** Takes a lease, or keeps it: the session is not ended for idleness, nor retired, before it runs out. */
    Map<String, @Nullable Object> lease(Scope scope, SessionId session, LeaseHolder holder, Duration ttl) {
        return database.inOrg(scope.org(), work -> {
            Standing standing = LifecycleStore.share(work, scope, session).orElseThrow(Lifecycle::notFound);
            if (standing.state() == State.RETIRED) {
                throw refused(standing.state());
            }
            return RowJson.of(LifecycleStore.lease(work, scope, session, holder, ttl), Set.of());
        });
    }

    /** Gives a lease back; there need not be one. */
    void release(Scope scope, SessionId session, LeaseHolder holder) {
        database.inOrg(scope.org(), work -> {
            if (LifecycleStore.share(work, scope, session).isEmpty()) {
                throw notFound();
            }
            LifecycleStore.release(work, scope, session, holder);
            return true;
        });
    }

    private static Invalid notFound() {
        return new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title());
    }

    private static Invalid refused(State state) {
        return new Invalid(Problem.CONFLICT, "state", "state: a session that is " + state.text() + " cannot do this");
    }
}
