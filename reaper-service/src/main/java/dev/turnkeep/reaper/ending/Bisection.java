package dev.turnkeep.reaper.ending;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Veto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * Changes a batch although some of its sessions cannot be changed: halves it until they are found, and changes the others.
 * Where it is unknown whether the sessions are to blame at all, some of them are tried alone first: when not one of them can
 * be changed, the cause is somewhere else, and all are kept as they are.
 */
final class Bisection {
    private static final Logger LOG = Logger.getLogger(Bisection.class);
    private static final int SAMPLE = 16;
    /** A batch is not looked through for longer than this after it failed: what was not reached waits for the next run. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Changes sessions in one transaction: all of them, or none and throws. */
    interface Transaction {
        Map<SessionId, Ending> change(List<SessionId> sessions);
    }

    private final Transaction transaction;
    private final BiConsumer<SessionId, RuntimeException> refused;
    private final Map<SessionId, Ending> endings = new HashMap<>();
    private long failedAt;
    private boolean failed;

    /**
     * @param refused is told of each session that alone cannot be changed, while others can
     */
    Bisection(Transaction transaction, BiConsumer<SessionId, RuntimeException> refused) {
        this.transaction = transaction;
        this.refused = refused;
    }

    /** What became of each of them. Once only. */
    Map<SessionId, Ending> change(List<SessionId> sessions) {
        attempt(sessions, false);
        return endings;
    }

    /**
     * @param others whether other sessions are known to be changed
     */
    private void attempt(List<SessionId> sessions, boolean others) {
        try {
            endings.putAll(transaction.change(sessions));
        } catch (RuntimeException e) {
            if (!failed) {
                // The first try may have taken as long as a statement may.
                failed = true;
                failedAt = System.nanoTime();
            }
            if (isOutOfPatience()) {
                keep(sessions, e);
                return;
            }
            switch (Blame.of(e)) {
                case STORE -> keep(sessions, e);
                case SESSION -> halve(sessions, others, e);
                case UNKNOWN -> {
                    if (others) {
                        halve(sessions, true, e);
                    } else {
                        sample(sessions, e);
                    }
                }
            }
        }
    }

    private void halve(List<SessionId> sessions, boolean others, RuntimeException e) {
        if (sessions.size() == 1) {
            rest(sessions.getFirst(), e);
            return;
        }
        int half = sessions.size() / 2;
        attempt(sessions.subList(0, half), others);
        attempt(sessions.subList(half, sessions.size()), others);
    }

    /**
     * Tries them one by one, until it is known that sessions can be changed: those that are vetoed say nothing about it, and
     * a batch may have many of them.
     */
    private void sample(List<SessionId> sessions, RuntimeException e) {
        List<SessionId> shuffled = new ArrayList<>(sessions);
        Collections.shuffle(shuffled);
        Set<SessionId> tried = new HashSet<>();
        Map<SessionId, RuntimeException> failures = new LinkedHashMap<>();
        boolean changed = false;
        for (SessionId one : shuffled) {
            if (changed || failures.size() == SAMPLE || isOutOfPatience()) {
                break;
            }
            tried.add(one);
            try {
                Map<SessionId, Ending> ending = transaction.change(List.of(one));
                endings.putAll(ending);
                changed = ending.values().stream().anyMatch(Ending.Done.class::isInstance);
            } catch (RuntimeException alone) {
                failures.put(one, alone);
            }
        }
        if (!changed) {
            keep(sessions, e);
            return;
        }
        failures.forEach(this::rest);
        List<SessionId> left =
                sessions.stream().filter(one -> !tried.contains(one)).toList();
        if (!left.isEmpty()) {
            attempt(left, true);
        }
    }

    private boolean isOutOfPatience() {
        return System.nanoTime() - failedAt > PATIENCE.toNanos();
    }

    private void rest(SessionId session, RuntimeException e) {
        endings.put(session, new Ending.Kept(Veto.ERROR));
        if (Blame.of(e) != Blame.STORE) {
            refused.accept(session, e);
        }
    }

    private void keep(List<SessionId> sessions, RuntimeException e) {
        LOG.warnf(
                "sessions are kept, because what keeps them is unknown: sessions=%d reason=%s",
                sessions.size(), Blame.reason(e));
        sessions.forEach(session -> endings.putIfAbsent(session, new Ending.Kept(Veto.ERROR)));
    }
}
