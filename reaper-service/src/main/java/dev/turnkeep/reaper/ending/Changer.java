package dev.turnkeep.reaper.ending;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Change;
import dev.turnkeep.contracts.lifecycle.Command;
import dev.turnkeep.contracts.lifecycle.IdleVerdict;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.contracts.lifecycle.Veto;
import dev.turnkeep.contracts.lifecycle.Watermarks;
import dev.turnkeep.reaper.config.ReaperConfig;
import dev.turnkeep.reaper.ending.Ending.Absent;
import dev.turnkeep.reaper.ending.Ending.Batch;
import dev.turnkeep.reaper.ending.Ending.Done;
import dev.turnkeep.reaper.ending.Ending.Kept;
import dev.turnkeep.reaper.ending.Ending.NotDue;
import dev.turnkeep.reaper.ending.EndingStore.Changed;
import dev.turnkeep.reaper.ending.EndingStore.Keeper;
import dev.turnkeep.reaper.ending.Postgres.Work;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Changes sessions, a batch in one transaction: locks their rows by id, and only then looks at what keeps them, so that a
 * turn or a lease either has been committed and is seen, or comes after. What cannot be looked at counts as a veto. A
 * session that cannot be changed is found ({@link Bisection}) and rests; its neighbours are changed.
 */
public final class Changer {
    private static final Logger LOG = Logger.getLogger(Changer.class);

    private final Postgres postgres;
    private final String topic;
    private final ReaperConfig config;
    private final EndingMetrics metrics;
    private final Consumer<PausePoint> pauses;

    /**
     * @param topic the topic of the turns, whose watermarks count
     */
    public Changer(
            Postgres postgres, String topic, ReaperConfig config, EndingMetrics metrics, Consumer<PausePoint> pauses) {
        this.postgres = postgres;
        this.topic = topic;
        this.config = config;
        this.metrics = metrics;
        this.pauses = pauses;
    }

    /** Decides on one locked session. */
    private interface Judge {
        Ending judge(LockedSession session, Keeper keeper, Watermarks watermarks);
    }

    /** Ends those whose idle timeout is over. */
    public Batch endIdle(List<SessionId> sessions, Instant now) {
        return change(sessions, Command.END_IDLE, now, (session, keeper, watermarks) -> {
            IdleVerdict verdict = IdleVerdict.of(
                    session.state(),
                    session.lastReceivedAt(),
                    session.partition(),
                    keeper.idle(),
                    keeper.held(),
                    watermarks,
                    now);
            return switch (verdict) {
                case IdleVerdict.End _ -> new Done();
                case IdleVerdict.Kept(Veto veto) -> new Kept(veto);
                case IdleVerdict.NotDue _, IdleVerdict.NotOpen _ -> new NotDue(verdict);
            };
        });
    }

    /** An open session that is only looked at. */
    public record Candidate(
            SessionId id,
            State state,
            @Nullable Instant lastReceivedAt,
            @Nullable Integer partition) {}

    /** What would be decided on sessions now, without locking or changing them. */
    public Map<SessionId, IdleVerdict> verdicts(List<Candidate> sessions, Instant now) {
        return postgres.transaction(work -> {
            Map<SessionId, Keeper> keepers =
                    EndingStore.look(work, sessions.stream().map(Candidate::id).toList(), config.maxLeaseAge());
            Watermarks watermarks = EndingStore.watermarks(work, topic);
            Map<SessionId, IdleVerdict> verdicts = new HashMap<>();
            for (Candidate session : sessions) {
                Keeper keeper = keepers.get(session.id());
                if (keeper == null || keeper.rests(now)) {
                    verdicts.put(session.id(), new IdleVerdict.Kept(Veto.ERROR));
                } else {
                    verdicts.put(
                            session.id(),
                            IdleVerdict.of(
                                    session.state(),
                                    session.lastReceivedAt(),
                                    session.partition(),
                                    keeper.idle(),
                                    keeper.held(),
                                    watermarks,
                                    now));
                }
            }
            return verdicts;
        });
    }

    /** Closes those whose time is over. */
    public Batch expire(List<SessionId> sessions, Instant now) {
        return change(
                sessions,
                Command.EXPIRE,
                now,
                (session, keeper, watermarks) ->
                        session.expiresAt() == null || session.expiresAt().isAfter(now)
                                ? new NotDue(new IdleVerdict.NotOpen())
                                : new Done());
    }

    /** Retires those whose last activity, by turn or by channel, is before the cutoff. */
    public Batch retire(List<SessionId> sessions, Instant cutoff, Instant now) {
        return change(sessions, Command.RETIRE, now, (session, keeper, watermarks) -> {
            if (session.state() == State.SUSPENDED) {
                return new Kept(Veto.SUSPENDED);
            }
            if (!session.lastActivityAt().isBefore(cutoff)) {
                return new NotDue(new IdleVerdict.NotDue(session.lastActivityAt()));
            }
            Veto held = keeper.held();
            if (held != null) {
                return new Kept(held);
            }
            Instant written = keeper.lastWrittenAt();
            return written == null || written.isBefore(cutoff) ? new Done() : new Kept(Veto.CHANNEL);
        });
    }

    private Batch change(List<SessionId> sessions, Command command, Instant now, Judge judge) {
        Instant at = now.truncatedTo(ChronoUnit.MICROS);
        pauses.accept(PausePoint.SCANNED);
        Bisection bisection = new Bisection(
                some -> {
                    Attempt attempt = postgres.transaction(work -> attempt(work, some, command, at, judge));
                    metrics.changed(attempt.changes(), attempt.ended());
                    return attempt.endings();
                },
                (session, failure) -> rest(session, failure, at));
        Map<SessionId, Ending> endings = bisection.change(sessions);
        endings.values().forEach(metrics::judged);
        pauses.accept(PausePoint.COMMITTED);
        return new Batch(endings);
    }

    private record Attempt(Map<SessionId, Ending> endings, List<Change> changes, List<Changed> ended) {}

    private Attempt attempt(Work work, List<SessionId> sessions, Command command, Instant now, Judge judge) {
        List<LockedSession> locked = EndingStore.lock(work, sessions);
        pauses.accept(PausePoint.LOCKED);
        List<SessionId> ids = locked.stream().map(LockedSession::id).toList();
        Map<SessionId, Keeper> keepers = EndingStore.look(work, ids, config.maxLeaseAge());
        Watermarks watermarks = EndingStore.watermarks(work, topic);

        Map<SessionId, Ending> endings = new HashMap<>();
        sessions.forEach(id -> endings.put(id, new Absent()));
        List<Change> changes = new ArrayList<>();
        for (LockedSession session : locked) {
            Ending ending = judged(session, keepers.get(session.id()), watermarks, now, judge);
            if (ending instanceof Done) {
                switch (command.plan(session.id(), session.state(), session.epoch(), session.version(), null)) {
                    case Command.Changes(List<Change> planned) -> changes.addAll(planned);
                    case Command.Already _, Command.Refused _ -> ending = new NotDue(new IdleVerdict.NotOpen());
                }
            }
            endings.put(session.id(), ending);
        }
        pauses.accept(PausePoint.DECIDED);
        List<Changed> ended = List.of();
        if (!changes.isEmpty()) {
            ended = EndingStore.change(work, changes, now);
            pauses.accept(PausePoint.WRITTEN);
        }
        List<SessionId> mended = keepers.entrySet().stream()
                .filter(looked -> looked.getValue().nextTryAt() != null && isSettled(endings.get(looked.getKey())))
                .map(Map.Entry::getKey)
                .toList();
        if (!mended.isEmpty()) {
            EndingStore.clearFailures(work, mended);
        }
        return new Attempt(endings, changes, ended);
    }

    /** Whether there is nothing left of what failed before: it was changed, or need not be. */
    private static boolean isSettled(@Nullable Ending ending) {
        return ending instanceof Done || ending instanceof NotDue;
    }

    private Ending judged(
            LockedSession session, @Nullable Keeper keeper, Watermarks watermarks, Instant now, Judge judge) {
        if (keeper == null || keeper.rests(now)) {
            return new Kept(Veto.ERROR);
        }
        if (keeper.overstayed()) {
            metrics.overstayed();
            LOG.infof("a lease is too old to keep its session: session=%s", session.id());
        }
        return judge.judge(session, keeper, watermarks);
    }

    private void rest(SessionId session, RuntimeException failure, Instant now) {
        String reason = Blame.reason(failure);
        try {
            int failures = EndingStore.failed(postgres, session, reason, now, config.retryMin(), config.retryMax());
            LOG.warnf(
                    "a session cannot be changed: session=%s reason=%s failures=%d dead_letter=%b",
                    session, reason, failures, failures >= config.deadLetterAfter());
        } catch (RuntimeException e) {
            LOG.warnf("a failure could not be noted: session=%s", session);
        }
    }
}
