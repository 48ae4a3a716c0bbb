package dev.turnkeep.contracts.lifecycle;

import static dev.turnkeep.contracts.lifecycle.SampleTurn.ACME;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.CLAUDE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.CODEX;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.NOON;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random histories of turns and of what the API and the reaper do between batches, cut into batches at random. */
class FoldIsTheSameInAnyBatchesTest {
    private static final List<Duration> DELAYS = List.of(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofMinutes(5),
            Duration.ofMinutes(14),
            TurnTimes.LATE,
            TurnTimes.LATE.plus(SampleTurn.MICRO),
            Duration.ofMinutes(40),
            Duration.ofHours(3),
            Duration.ofSeconds(-90));
    private static final List<Duration> GAPS = List.of(
            Duration.ZERO,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            SampleTurn.IDLE,
            SampleTurn.IDLE.plus(SampleTurn.MICRO),
            Duration.ofHours(2));

    @Property(tries = 3_000)
    void givesTheSameRowsEventsAndPlaces(@ForAll long seed) {
        // Given
        List<List<SampleTurn>> history = history(new Random(seed));

        // When
        Rows whole = play(history, new Random(seed), new Random(0), 0);
        Rows cut = play(history, new Random(seed), new Random(seed + 1), 3);

        // Then
        assertThat(cut.sessions.values().stream().map(FoldIsTheSameInAnyBatchesTest::plain))
                .isEqualTo(whole.sessions.values().stream()
                        .map(FoldIsTheSameInAnyBatchesTest::plain)
                        .toList());
        assertThat(plain(cut.events)).isEqualTo(plain(whole.events));
        assertThat(cut.placed).isEqualTo(whole.placed);
        assertThat(cut.unknown).isEqualTo(whole.unknown);
        assertThat(cut.droppedLinks).isEqualTo(whole.droppedLinks);
    }

    @Property(tries = 3_000)
    void keepsTheInvariants(@ForAll long seed) {
        // Given
        List<List<SampleTurn>> history = history(new Random(seed));

        // When
        Rows rows = play(history, new Random(seed), new Random(seed + 1), 5);

        // Then
        int turns = history.stream().mapToInt(List::size).sum();
        assertThat(rows.placed.size() + rows.unknown.size()).isEqualTo(turns);
        startsAreEndsAndOpenEpochs(rows);
        totalsAreSumsOverTurns(rows);
        findingsAreThoseOfTheTurns(rows);
        keysAndSlotsAreUnique(rows);
        timesAreInOrder(rows);
        nobodyIsItsOwnAncestor(rows);
        assertThat(rows.events.stream().map(SessionEvent::id)).doesNotHaveDuplicates();
    }

    private static void startsAreEndsAndOpenEpochs(Rows rows) {
        Set<List<Object>> started = new HashSet<>();
        Set<List<Object>> ended = new HashSet<>();
        for (SessionEvent event : rows.events) {
            List<Object> epoch =
                    List.of(event.session().id(), event.session().lifetime().epoch());
            if (event.type() == EventType.STARTED) {
                assertThat(started.add(epoch)).isTrue();
            } else if (event.type() == EventType.ENDED) {
                assertThat(started).contains(epoch);
                assertThat(ended.add(epoch)).isTrue();
            }
        }
        Set<List<Object>> open = new HashSet<>(started);
        open.removeAll(ended);
        Set<List<Object>> live = new HashSet<>();
        int epochs = 0;
        for (Session session : rows.sessions.values()) {
            Lifetime lifetime = session.lifetime();
            epochs += lifetime.epoch();
            if (lifetime.state().live()) {
                live.add(List.of(session.id(), lifetime.epoch()));
            }
        }
        assertThat(open).isEqualTo(live);
        assertThat(started).hasSize(epochs);
    }

    private static void totalsAreSumsOverTurns(Rows rows) {
        Map<SessionId, Totals> sums = new HashMap<>();
        for (TurnFold.Placed turn : rows.placed) {
            Session session = rows.of(turn);
            assertThat(session.scope()).isEqualTo(turn.turn().address().scope());
            Totals sum = sums.getOrDefault(session.id(), Totals.ZERO)
                    .plus(turn.turn().adds(), turn.late());
            sums.put(session.id(), sum);
            assertThat(turn.seq()).isEqualTo(sum.turns());
        }
        rows.sessions.values().forEach(session -> assertThat(session.totals())
                .isEqualTo(sums.getOrDefault(session.id(), Totals.ZERO)));
    }

    private static void findingsAreThoseOfTheTurns(Rows rows) {
        for (Session session : rows.sessions.values()) {
            Findings findings = session.findings();
            Totals sum = Totals.ZERO;
            for (ModelTotals model : findings.models().models()) {
                sum = sum.and(model.totals());
            }
            assertThat(sum).isEqualTo(session.totals());
            List<TurnFacts> turns = rows.placed.stream()
                    .filter(turn -> turn.session().equals(session.id()))
                    .map(TurnFold.Placed::turn)
                    .toList();
            Optional<TurnFacts> newest = turns.stream()
                    .filter(turn -> turn.findings().main())
                    .reduce((a, b) -> b.times().eventAt().isBefore(a.times().eventAt()) ? a : b);
            assertThat(findings.outcome())
                    .isEqualTo(newest.map(turn -> turn.findings().outcome()).orElse(Outcome.NONE));
            Optional<String> harnessTitle = turns.stream()
                    .flatMap(turn -> Stream.ofNullable(turn.findings().harnessTitle()))
                    .reduce((a, b) -> b);
            if (harnessTitle.isPresent()) {
                assertThat(findings.title()).isEqualTo(new Title(harnessTitle.get(), true));
            }
            assertThat(session.status() == Status.ABANDONED)
                    .isEqualTo(session.lifetime().state().over() && findings.outcome() == Outcome.WAITING);
        }
    }

    private static void keysAndSlotsAreUnique(Rows rows) {
        Set<List<Object>> keys = new HashSet<>();
        Set<List<Object>> slots = new HashSet<>();
        for (Session session : rows.sessions.values()) {
            State state = session.lifetime().state();
            if (session.harnessSession() != null && state != State.RETIRED) {
                assertThat(keys.add(List.of(session.scope(), session.harness(), session.harnessSession())))
                        .isTrue();
            }
            if (session.actor() != null && state.live()) {
                assertThat(slots.add(List.of(session.scope(), session.harness(), session.actor())))
                        .isTrue();
            }
            if (session.placeholder() != Placeholder.NO) {
                assertThat(session.totals()).isEqualTo(Totals.ZERO);
                assertThat(session.lifetime()).isEqualTo(Lifetime.CREATED);
            }
        }
    }

    private static void timesAreInOrder(Rows rows) {
        for (Session session : rows.sessions.values()) {
            Lifetime l = session.lifetime();
            assertThat(l.endedAt() != null)
                    .isEqualTo(l.epoch() > 0 && !l.state().live());
            assertThat(l.endReason() != null).isEqualTo(l.endedAt() != null);
            assertThat(l.startedAt() != null).isEqualTo(l.epoch() > 0);
            if (l.endedAt() != null) {
                assertThat(l.endedAt()).isAfterOrEqualTo(l.startedAt());
            }
            if (l.state().live()) {
                assertThat(l.lastEventAt()).isAfterOrEqualTo(l.startedAt());
                assertThat(l.lastReceivedAt()).isNotNull();
            }
        }
    }

    private static void nobodyIsItsOwnAncestor(Rows rows) {
        for (Session session : rows.sessions.values()) {
            Set<SessionId> seen = new HashSet<>();
            for (Session at = session; at.parent() != null; at = rows.of(at.parent())) {
                assertThat(seen.add(at.id())).isTrue();
                assertThat(rows.of(at.parent()).scope()).isEqualTo(at.scope());
            }
        }
    }

    /** Between two lists of turns something else happens to some sessions: that is where all cuts agree. */
    private static Rows play(List<List<SampleTurn>> history, Random deeds, Random cuts, int most) {
        Rows rows = new Rows();
        rows.created("order");
        int number = 0;
        for (List<SampleTurn> turns : history) {
            List<TurnFacts> facts = new ArrayList<>();
            for (SampleTurn turn : turns) {
                facts.add(turn.facts(++number));
            }
            int from = 0;
            while (from < facts.size()) {
                int to = most == 0 ? facts.size() : Math.min(facts.size(), from + 1 + cuts.nextInt(most));
                rows.fold(facts.subList(from, to));
                from = to;
            }
            interfere(rows, deeds, turns.getLast().received());
        }
        return rows;
    }

    private static void interfere(Rows rows, Random random, Instant now) {
        for (SessionId id : List.copyOf(rows.sessions.keySet())) {
            if (rows.of(id).placeholder() != Placeholder.NO) {
                continue;
            }
            switch (random.nextInt(12)) {
                case 0, 1 -> rows.endIdle(id);
                case 2 -> rows.endRequested(id, now);
                case 3 -> rows.suspend(id, now);
                case 4 -> rows.close(id, now);
                case 5 -> rows.retire(id);
                default -> {}
            }
        }
    }

    private static List<List<SampleTurn>> history(Random random) {
        List<List<SampleTurn>> history = new ArrayList<>();
        Instant now = NOON;
        int parts = 1 + random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            List<SampleTurn> turns = new ArrayList<>();
            int count = 1 + random.nextInt(12);
            for (int j = 0; j < count; j++) {
                now = now.plus(one(random, GAPS));
                turns.add(turn(random, now));
            }
            history.add(turns);
        }
        return history;
    }

    private static SampleTurn turn(Random random, Instant now) {
        Scope scope = random.nextInt(8) == 0 ? OTHER : ACME;
        HarnessId harness = random.nextInt(3) == 0 ? CODEX : CLAUDE;
        HarnessSessionId name = new HarnessSessionId("s" + random.nextInt(4));
        SampleTurn turn =
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> SampleTurn.of(new SessionKey(scope, harness, name));
                    case 4, 5, 6 -> SampleTurn.of(new ActorSlot(scope, harness, new ActorId("a" + random.nextInt(2))));
                    case 7 -> SampleTurn.ofWords(name.value(), "ada");
                    case 8 -> SampleTurn.of(new ById(scope, new SessionId(new UUID(0, 1 + random.nextInt(8)))));
                    default ->
                        SampleTurn.of(
                                new ByExternalId(scope, new ExternalId(random.nextInt(4) == 0 ? "nothing" : "order")));
                };
        if (random.nextInt(4) == 0) {
            turn = turn.saidBy(random.nextBoolean() ? "ada" : "bob");
        }
        if (random.nextInt(3) == 0) {
            turn = turn.childOf(one(random, List.of(CLAUDE, CODEX)), "s" + random.nextInt(5));
        } else if (random.nextInt(3) == 0) {
            turn = turn.childOf("s" + random.nextInt(5));
        }
        return turn.at(Duration.between(NOON, now.minus(one(random, DELAYS))))
                .receivedAt(Duration.between(NOON, now))
                .from(random.nextInt(5) == 0 ? 1 : 0);
    }

    private static <T> T one(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static Session plain(Session s) {
        return new Session(
                s.id(),
                s.scope(),
                s.harness(),
                s.harnessSession(),
                s.external(),
                s.actor(),
                s.partition(),
                s.parent(),
                s.placeholder(),
                s.labels(),
                s.lifetime(),
                s.totals(),
                s.findings(),
                0,
                s.createdAt());
    }

    /** The version of a row counts batches, and the identity of a resumption holds the version. */
    private static List<List<String>> plain(List<SessionEvent> events) {
        return events.stream()
                .map(e -> List.of(
                        e.type() == EventType.RESUMED ? "" : e.id().toString(),
                        e.type().text(),
                        e.occurredAt().toString(),
                        Objects.toString(e.detail()),
                        plain(e.session()).toString()))
                .toList();
    }
}
