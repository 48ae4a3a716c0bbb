package dev.turnkeep.session.channel.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.session.channel.log.Tail.Look;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TailTest {
    private static final int RING = 1024 * 1024;

    @Test
    void aLookGivesSoMuchAndTheNextOneTheRest() {
        // Given
        Tail tail = new Tail(1, RING);
        tail.advance(end(1, 4), records(0, 4, 30_000));

        // When
        Page first = page(tail.from(0));
        Page second = page(tail.from(first.next()));

        // Then
        assertThat(first.records()).hasSize(2);
        assertThat(first.atTail()).isFalse();
        assertThat(second.records()).extracting(LogRecord::seq).containsExactly(2L, 3L);
        assertThat(second.atTail()).isTrue();
    }

    @Test
    void oneRecordIsGivenHoweverLargeItIs() {
        // Given
        Tail tail = new Tail(1, RING);
        tail.advance(end(1, 2), records(0, 2, 200_000));

        // When
        Page page = page(tail.from(0));

        // Then
        assertThat(page.records()).hasSize(1);
        assertThat(page.next()).isEqualTo(1);
    }

    @Test
    void theStillestAreEmptiedWhenAllTogetherHoldTooMuch() {
        // Given
        RingBudget budget = new RingBudget(100_000);
        List<Tail> tails = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Tail tail = new Tail(i, RING);
            tail.advance(end(i, 1), records(0, 1, 30_000));
            budget.grown(tail);
            tails.add(tail);
        }

        // When
        tails.get(1).advance(end(1, 2), records(1, 1, 30_000));
        budget.grown(tails.get(1));

        // Then
        assertThat(budget.used()).isLessThanOrEqualTo(100_000);
        assertThat(tails.get(0).from(0)).isInstanceOf(Look.Behind.class);
        assertThat(tails.get(2).from(0)).isInstanceOf(Look.Behind.class);
        assertThat(page(tails.get(1).from(0)).records()).hasSize(2);
        assertThat(page(tails.get(3).from(0)).records()).hasSize(1);
        assertThat(page(tails.get(0).from(1)).records()).isEmpty();
    }

    @Test
    void whatIsReadNoMoreCountsForNothing() {
        // Given
        RingBudget budget = new RingBudget(100_000);
        Tail tail = new Tail(1, RING);
        tail.advance(end(1, 1), records(0, 1, 30_000));
        budget.grown(tail);

        // When
        budget.forget(tail);

        // Then
        assertThat(budget.used()).isZero();
    }

    @Test
    void readersAtOnePlaceAreSentTheSameBytes() {
        // Given
        Tail tail = new Tail(1, RING);
        tail.advance(end(1, 2), records(0, 2, 100_000));
        Page page = page(tail.from(0));

        // When
        Buffer first = tail.shared("a", page, () -> Buffer.buffer("made once"));
        Buffer second = tail.shared("a", page, () -> Buffer.buffer("made twice"));
        Buffer next = tail.shared("a", page(tail.from(1)), () -> Buffer.buffer("other"));

        // Then
        assertThat(second).isSameAs(first);
        assertThat(next.toString()).isEqualTo("other");
    }

    @Test
    void onlyThisNodesNewestCommitIsTimedByItsClock() {
        // Given
        Tail tail = new Tail(1, RING);

        // When
        tail.committed(end(1, 2), records(0, 2, 10));
        Look mine = tail.from(0);
        tail.advance(end(1, 3), records(2, 1, 10));
        Look theirs = tail.from(2);

        // Then
        assertThat(mine).isInstanceOfSatisfying(Look.New.class, look -> assertThat(look.committed())
                .isNotNull());
        assertThat(theirs).isInstanceOfSatisfying(Look.New.class, look -> assertThat(look.committed())
                .isNull());
    }

    private static Page page(Look look) {
        return ((Look.New) look).page();
    }

    @Test
    void whatIsHeardOfWhileItIsAskedIsAskedForNext() {
        // Given
        Tail tail = new Tail(1, RING);
        tail.advance(end(1, 9), records(8, 1, 10));

        // When
        assertThat(tail.startFetching(end(1, 10))).contains(9L);
        assertThat(tail.startFetching(end(1, 12))).isEmpty();
        assertThat(tail.startFetching(end(1, 11))).isEmpty();
        Optional<StreamEnd> meanwhile = tail.stopFetching();
        tail.advance(end(1, 10), records(9, 1, 10));

        // Then
        assertThat(meanwhile).contains(end(1, 12));
        assertThat(tail.startFetching(end(1, 12))).contains(10L);
        assertThat(tail.stopFetching()).isEmpty();
    }

    private static StreamEnd end(long id, long next) {
        return new StreamEnd(id, 0, next, false);
    }

    private static List<LogRecord> records(long from, int count, int size) {
        List<LogRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new LogRecord(from + i, Kind.RAW, Buffer.buffer(new byte[size]), null, null, Instant.EPOCH));
        }
        return records;
    }
}
