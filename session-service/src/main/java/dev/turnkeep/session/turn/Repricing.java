package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.derive.Derivation;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.lifecycle.Repriced;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.CostSource;
import dev.turnkeep.contracts.price.Overrides;
import dev.turnkeep.contracts.price.Prices;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.session.price.KeptPrices;
import dev.turnkeep.session.turn.StoredTurns.Passed;
import dev.turnkeep.session.turn.StoredTurns.Place;
import dev.turnkeep.session.turn.StoredTurns.Seen;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Prices stored turns once more. New prices rewrite no history by themselves; this does, where it is asked to, batch by
 * batch: turns, the totals and breakdown of their sessions, their threads and the events that tell of it in one transaction.
 * What is priced as it should be is left alone, so doing it twice changes nothing.
 */
final class Repricing {
    /** So many sessions are gone by in one batch. */
    private static final int SESSIONS = 2_000;
    /** What comes before the digest of a price's rates in its name. */
    private static final char DIGEST = '~';

    private final Pool pool;
    private final Clock clock;
    private final Prices prices;
    private final KeptPrices kept;

    Repricing(Pool pool, Clock clock, Prices prices) {
        this.pool = pool;
        this.clock = clock;
        this.prices = prices;
        this.kept = new KeptPrices(pool);
    }

    /**
     * Which turns: those that happened in the range, and whose callers did not report a cost.
     *
     * @param until not included
     * @param org null for all organisations
     * @param untold only those that were priced although their usage was not told, or not in full
     */
    record Range(Instant from, Instant until, @Nullable OrgId org, boolean untold) {}

    /**
     * What a batch did.
     *
     * @param next where the next batch begins; null when there is none
     * @param looked turns that were walked by
     */
    record Done(@Nullable Place next, int looked, int turns, int sessions) {}

    /** What changed of one session's turns. */
    private record Changes(Map<Model, Repriced> models, Map<String, Repriced> threads) {}

    private record Model(String provider, @Nullable String name) {}

    /** Which turns a batch has come by. */
    private record Walk(List<Seen> seen, @Nullable Place next) {}

    /**
     * Goes by the sessions, which know when their turns happened, and looks at the turns of those only that may have one in
     * the range.
     */
    private Walk walk(Range range, Place after, int most) {
        List<Passed> passed =
                await(StoredTurns.pass(pool, after.session(), SESSIONS, range.from(), range.until(), range.org()));
        List<Place> into = new ArrayList<>();
        long turns = 0;
        SessionId last = null;
        for (Passed session : passed) {
            if (turns >= most) {
                break;
            }
            last = session.session();
            boolean begun = last.equals(after.session());
            if (session.wanted() && !(begun && after.isAfterAll())) {
                turns += session.turns();
                into.add(begun ? after : new Place(last, 0));
            }
        }
        List<Seen> seen = into.isEmpty()
                ? List.of()
                : await(StoredTurns.walk(pool, into, most, range.from(), range.until(), range.untold()));
        if (seen.size() == most) {
            return new Walk(seen, seen.getLast().place());
        }
        if (last == null
                || (passed.size() < SESSIONS && last.equals(passed.getLast().session()))) {
            return new Walk(seen, null);
        }
        return new Walk(seen, Place.after(last));
    }

    /** One batch in one transaction; at most {@code most} turns are looked at. */
    Done batch(Range range, Place after, int most) {
        Walk walk = walk(range, after, most);
        List<Seen> seen = walk.seen();
        Place next = walk.next();
        List<Place> wanted = seen.stream().filter(Seen::wanted).map(Seen::place).toList();
        Changed changed = rewrite(wanted, Repricing::brokenOff);
        return new Done(next, seen.size(), changed.turns(), changed.sessions());
    }

    /** What one transaction changed. */
    private record Changed(int turns, int sessions) {}

    /**
     * Stores what these turns say of their usage, where an earlier version stored no more than its counts, and prices them by
     * it. What is stored of it already stays: records of one turn may tell more or less.
     *
     * @return how many changed
     */
    int retell(List<PendingTurn> turns) {
        // One record of each turn: its digest is the one that is looked for.
        Map<TurnId, PendingTurn> telling = new LinkedHashMap<>();
        for (PendingTurn turn : turns) {
            if (tellsMore(turn.turn().usage())) {
                telling.putIfAbsent(turn.id(), turn);
            }
        }
        if (telling.isEmpty()) {
            return 0;
        }
        Map<TurnId, Place> places = await(StoredTurns.countedOnly(pool, List.copyOf(telling.values())));
        Changed changed = rewrite(List.copyOf(places.values()), stored -> {
            PendingTurn record = Objects.requireNonNull(telling.get(stored.id()));
            Usage usage = record.turn().usage();
            return tellsMore(stored.usage())
                    ? stored
                    : stored.telling(usage.partial(), usage.parts(), usage.serviceTier());
        });
        return changed.turns();
    }

    /** Than counts. */
    private static boolean tellsMore(Usage usage) {
        return usage.partial() || !usage.parts().isEmpty() || usage.serviceTier() != null;
    }

    /** Versions whose prices had names without a digest priced what had broken off as if it were all. */
    private static StoredTurn brokenOff(StoredTurn turn) {
        String ref = turn.priceRef();
        boolean early = ref != null && ref.indexOf(DIGEST) < 0 && !ref.startsWith(Overrides.SOURCE + "@");
        Usage usage = turn.usage();
        return early && turn.cut() && usage.isTold() && !usage.partial()
                ? turn.telling(true, usage.parts(), usage.serviceTier())
                : turn;
    }

    /** @param known a turn with all that is known of it */
    private Changed rewrite(List<Place> wanted, UnaryOperator<StoredTurn> known) {
        // What is charged is kept before any lock; under the locks the same turns are charged alike.
        Set<SessionId> moved = new HashSet<>();
        List<Charge> charges = new ArrayList<>();
        for (StoredTurn turn : wanted.isEmpty() ? List.<StoredTurn>of() : await(StoredTurns.read(pool, wanted))) {
            StoredTurn told = known.apply(turn);
            Charge charge = charge(told);
            if (differs(turn, told, charge)) {
                charges.add(charge);
                moved.add(turn.session());
            }
        }
        if (moved.isEmpty()) {
            return new Changed(0, 0);
        }
        kept.keep(charges);
        List<Place> places =
                wanted.stream().filter(place -> moved.contains(place.session())).toList();
        return new SessionRewrite(pool, clock).inTransaction((connection, rewrite) -> {
            Map<SessionId, Session> sessions = rewrite.lock(moved);
            List<Place> there = places.stream()
                    .filter(place -> sessions.containsKey(place.session()))
                    .toList();
            Map<StoredTurn, Charge> changed = new LinkedHashMap<>();
            Map<SessionId, Changes> bySession = new HashMap<>();
            for (StoredTurn turn : await(StoredTurns.read(connection, there))) {
                StoredTurn told = known.apply(turn);
                Charge charge = charge(told);
                if (differs(turn, told, charge)) {
                    changed.put(told, charge);
                    note(
                            bySession.computeIfAbsent(
                                    turn.session(), s -> new Changes(new HashMap<>(), new HashMap<>())),
                            turn,
                            charge);
                }
            }
            List<Session> rewritten = write(connection, rewrite, sessions, changed, bySession);
            return new Changed(changed.size(), rewritten.size());
        });
    }

    private static List<Session> write(
            SqlConnection connection,
            SessionRewrite.Step rewrite,
            Map<SessionId, Session> sessions,
            Map<StoredTurn, Charge> changed,
            Map<SessionId, Changes> bySession) {
        List<Session> rewritten = new ArrayList<>();
        Map<ThreadStore.ThreadKey, Repriced> threads = new TreeMap<>();
        bySession.forEach((id, changes) -> {
            Session session = Objects.requireNonNull(sessions.get(id));
            // Another price list that gives the same costs moves no session.
            if (changes.models().values().stream().anyMatch(c -> c.addedCost() != 0 || c.addedUnpriced() != 0)) {
                rewritten.add(session.repriced(List.copyOf(changes.models().values())));
            }
            changes.threads()
                    .forEach((thread, change) ->
                            threads.put(new ThreadStore.ThreadKey(session.scope(), id, thread), change));
        });
        if (!changed.isEmpty()) {
            await(StoredTurns.reprice(connection, changed));
        }
        await(ThreadStore.reprice(connection, threads));
        rewrite.write(rewritten);
        return rewritten;
    }

    private static void note(Changes changes, StoredTurn turn, Charge charge) {
        long cost = cost(charge.nanoUsd()) - cost(turn.costNanoUsd());
        long unpriced = unpriced(charge.nanoUsd()) - unpriced(turn.costNanoUsd());
        Repriced change = new Repriced(turn.provider(), turn.model(), cost, unpriced);
        changes.models().merge(new Model(turn.provider(), turn.model()), change, Repricing::both);
        String thread = Derivation.thread(turn.thread());
        if (thread != null) {
            changes.threads().merge(thread, change, Repricing::both);
        }
    }

    private static Repriced both(Repriced a, Repriced b) {
        return new Repriced(
                a.provider(), a.model(), a.addedCost() + b.addedCost(), a.addedUnpriced() + b.addedUnpriced());
    }

    private Charge charge(StoredTurn turn) {
        boolean reported = turn.costSource().equals(CostSource.REPORTED.text());
        return prices.charge(
                turn.provider(), turn.model(), turn.usage(), turn.eventAt(), reported ? turn.costNanoUsd() : null);
    }

    private static boolean differs(StoredTurn turn, StoredTurn told, Charge charge) {
        return !Objects.equals(turn.costNanoUsd(), charge.nanoUsd())
                || !turn.costSource().equals(charge.source().text())
                || !isSamePrice(turn.priceRef(), charge.ref())
                || !turn.usage().equals(told.usage());
    }

    /** A price that came to the same is not told apart from itself by a digest that its name did not have then. */
    private static boolean isSamePrice(@Nullable String stored, @Nullable String now) {
        return Objects.equals(stored, now)
                || (stored != null && now != null && stored.indexOf(DIGEST) < 0 && now.startsWith(stored + DIGEST));
    }

    private static long cost(@Nullable Long nanoUsd) {
        return nanoUsd == null ? 0 : nanoUsd;
    }

    private static long unpriced(@Nullable Long nanoUsd) {
        return nanoUsd == null ? 1 : 0;
    }
}
