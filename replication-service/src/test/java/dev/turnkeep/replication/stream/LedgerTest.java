package dev.turnkeep.replication.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Message.ReplicaIdentity;
import dev.turnkeep.replication.pgoutput.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final Relation TABLE = new Relation(1, "public", "t", ReplicaIdentity.DEFAULT, List.of());

    private static RowChange row(long commit, long index) {
        return new RowChange(TABLE, new Insert(1, Tuple.ofTexts()), new Version(new Lsn(commit), index), AT, 7, 10);
    }

    private final Ledger ledger = new Ledger(new Lsn(5));

    @Test
    void confirmsATransactionWhenItsLastRowIsStored() {
        // Given
        ledger.begin(new Lsn(10), AT);
        ledger.read(10);
        ledger.read(10);
        ledger.commit(new Lsn(11));

        // When
        ledger.stored(List.of(row(10, 2)));

        // Then
        assertThat(ledger.confirmed()).isEqualTo(new Lsn(5));
        ledger.stored(List.of(row(10, 1)));
        assertThat(ledger.confirmed()).isEqualTo(new Lsn(11));
    }

    @Test
    void doesNotConfirmHalfATransactionOfWhichMoreIsToCome() {
        // Given
        ledger.begin(new Lsn(10), AT);
        ledger.read(10);

        // When
        ledger.stored(List.of(row(10, 1)));
        ledger.idleAt(new Lsn(100));

        // Then
        assertThat(ledger.confirmed()).isEqualTo(new Lsn(5));
    }

    @Test
    void takesTheServersPositionOnlyWhenNothingIsInFlight() {
        // Given
        ledger.begin(new Lsn(10), AT);
        ledger.read(10);
        ledger.commit(new Lsn(11));

        // When
        ledger.idleAt(new Lsn(100));

        // Then
        assertThat(ledger.confirmed()).isEqualTo(new Lsn(5));
        ledger.stored(List.of(row(10, 1)));
        ledger.idleAt(new Lsn(100));
        assertThat(ledger.confirmed()).isEqualTo(new Lsn(100));
        ledger.idleAt(new Lsn(50));
        assertThat(ledger.confirmed()).isEqualTo(new Lsn(100));
    }

    @Test
    void reportsAHeartbeatOnceEverythingBeforeItIsStored() {
        // Given
        Heartbeat beat = new Heartbeat(new Lsn(20), AT, 7);
        ledger.begin(new Lsn(10), AT);
        ledger.read(10);
        ledger.commit(new Lsn(11));
        ledger.begin(new Lsn(20), AT);
        ledger.heartbeat(beat);
        ledger.commit(new Lsn(21));

        // Then
        assertThat(ledger.confirmedBeats()).isEmpty();
        ledger.stored(List.of(row(10, 1)));
        assertThat(ledger.confirmedBeats()).containsExactly(beat);
        assertThat(ledger.confirmedBeats()).isEmpty();
        assertThat(ledger.confirmed()).isEqualTo(new Lsn(21));
    }

    @Test
    void refusesToStoreWhatIsNotInFlight() {
        assertThatThrownBy(() -> ledger.stored(List.of(row(10, 1)))).isInstanceOf(IllegalStateException.class);
    }

    /**
     * Rows are stored in any order, while others are still being read: whatever happens, no transaction is confirmed
     * before its rows and those of all before it, and everything is once all is stored.
     */
    @Property(tries = 500)
    void neverConfirmsAheadOfARowAndInTheEndConfirmsAll(@ForAll long seed) {
        // Given
        Random random = new Random(seed);
        Ledger any = new Ledger(Lsn.ZERO);
        List<RowChange> inFlight = new ArrayList<>();
        long position = 1;
        for (int transactions = random.nextInt(20); transactions >= 0; transactions--) {
            long commit = position;
            position += 10;
            any.begin(new Lsn(commit), AT);
            for (int i = 1; i <= random.nextInt(5); i++) {
                any.read(10);
                inFlight.add(row(commit, i));
                storeSome(random, any, inFlight);
                // Then
                assertThat(any.confirmed().value()).isLessThan(commit);
            }
            any.commit(new Lsn(commit + 1));
            storeSome(random, any, inFlight);

            // Then
            long firstMissing = inFlight.stream()
                    .mapToLong(row -> row.version().commit().value())
                    .min()
                    .orElse(commit + 10);
            assertThat(any.confirmed().value()).isLessThan(firstMissing).isGreaterThanOrEqualTo(firstMissing - 10);
            assertThat(any.rowsInFlight()).isEqualTo(inFlight.size());
            assertThat(any.sizeInFlight()).isEqualTo(10L * inFlight.size());
            assertThat(any.transactions())
                    .as("those from the first that waits")
                    .isEqualTo(inFlight.isEmpty() ? 0 : (int) ((commit - firstMissing) / 10 + 1));
        }

        // When
        any.stored(inFlight);

        // Then
        assertThat(any.confirmed()).isEqualTo(new Lsn(position - 10 + 1));
        assertThat(any.isEmpty()).isTrue();
        assertThat(any.rowsInFlight()).isZero();
    }

    private static void storeSome(Random random, Ledger ledger, List<RowChange> inFlight) {
        List<RowChange> some = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0 && !inFlight.isEmpty(); i--) {
            some.add(inFlight.remove(random.nextInt(inFlight.size())));
        }
        ledger.stored(some);
    }
}
