package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Findings;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.ThreadTotals;
import dev.turnkeep.contracts.lifecycle.Totals;
import dev.turnkeep.contracts.lifecycle.TurnFindings;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds out once more what the stored turns say about their sessions: after the rules changed, or where rows are older than
 * a rule. The turns are folded as they were when they arrived, one session a transaction; what comes out as it is stored is
 * left alone.
 */
final class Rederiving {
    private static final int PAGE = 1_000;

    private final Pool pool;
    private final Clock clock;

    Rederiving(Pool pool, Clock clock) {
        this.pool = pool;
        this.clock = clock;
    }

    /**
     * What a batch did.
     *
     * @param next the session after which the next batch begins; null when there is none
     */
    record Done(@Nullable SessionId next, int looked, int changed) {}

    /** One batch of sessions, each in a transaction of its own. */
    Done batch(SessionId after, @Nullable OrgId org, int most) {
        List<SessionId> ids = await(StoredTurns.sessions(pool, after, org, most));
        int changed = 0;
        for (SessionId id : ids) {
            changed += rederive(id) ? 1 : 0;
        }
        return new Done(ids.size() < most ? null : ids.getLast(), ids.size(), changed);
    }

    private record Folded(Totals totals, Findings findings, Map<ThreadStore.ThreadKey, ThreadTotals> threads) {}

    private boolean rederive(SessionId id) {
        return new SessionRewrite(pool, clock).inTransaction((connection, rewrite) -> {
            Session session = rewrite.lock(Set.of(id)).get(id);
            if (session == null) {
                return false;
            }
            Folded folded = fold(connection, session);
            boolean threads = !await(ThreadStore.of(connection, session)).equals(folded.threads());
            if (threads) {
                await(ThreadStore.delete(connection, session));
                await(ThreadStore.add(connection, folded.threads()));
            }
            boolean row = !folded.totals().equals(session.totals())
                    || !folded.findings().equals(session.findings());
            if (row) {
                rewrite.write(List.of(session.rederived(folded.totals(), folded.findings())));
            }
            return row || threads;
        });
    }

    private static @Nullable String prompt(SqlConnection connection, StoredTurn turn) {
        return await(StoredTurns.prompt(connection, turn)).orElse(null);
    }

    private static Folded fold(SqlConnection connection, Session session) {
        Totals totals = Totals.ZERO;
        Findings findings = Findings.NONE;
        Map<ThreadStore.ThreadKey, ThreadTotals> threads = new TreeMap<>();
        long seq = 0;
        List<StoredTurn> page;
        do {
            page = await(StoredTurns.ofSession(connection, session.id(), seq, PAGE));
            for (StoredTurn turn : page) {
                TurnFindings shown = turn.findings(() -> prompt(connection, turn));
                totals = totals.plus(turn.adds(), turn.late());
                findings = findings.after(shown, turn.eventAt(), turn.adds(), turn.late());
                if (shown.thread() != null) {
                    threads.merge(
                            new ThreadStore.ThreadKey(session.scope(), session.id(), shown.thread()),
                            ThreadTotals.of(shown, turn.eventAt(), turn.adds(), turn.late()),
                            ThreadTotals::and);
                }
                seq = turn.seq();
            }
        } while (page.size() == PAGE);
        return new Folded(totals, findings, threads);
    }
}
