package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import dev.turnkeep.replication.table.Inheritance.Piece;
import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InheritanceTest {
    private static final int FINEST = 16;

    @Property(tries = 200)
    void bringsEveryPartOfADayOnceHoweverOftenItIsCut(@ForAll long seed) {
        // Given: some pieces take too long
        Random random = new Random(seed);
        BitSet brought = new BitSet();

        // When
        Piece piece = Piece.WHOLE;
        while (!piece.isBehindTheLast()) {
            if (piece.bits() < FINEST && random.nextInt(3) == 0) {
                piece = piece.half();
                continue;
            }
            int width = 1 << (FINEST - piece.bits());
            int from = Math.toIntExact(piece.number() * width);
            assertThat(brought.get(from, from + width).cardinality()).isZero();
            brought.set(from, from + width);
            piece = random.nextBoolean() ? piece.next().grown() : piece.next();
        }

        // Then
        assertThat(brought.cardinality()).isEqualTo(1 << FINEST);
    }

    @Test
    void cutsOnlyWhatAsksForTooMuchAndPutsTogetherWhatGoesQuickly() {
        // Given
        ClickHouseAway away = new ClickHouseAway("away", new IllegalStateException());
        ClickHouseAway tooLong = new ClickHouseAway("too long", 159, new IllegalStateException());
        Piece piece = Piece.WHOLE;

        // When
        for (int i = 0; i < 20; i++) piece = piece.after(away);
        assertThat(piece).isEqualTo(Piece.WHOLE);
        for (int i = 0; i < 20; i++) piece = piece.after(tooLong);
        assertThat(piece.bits()).isEqualTo(FINEST);
        int statements = 0;
        for (; !piece.isBehindTheLast(); statements++) piece = piece.next().grown();

        // Then
        assertThat(statements).isEqualTo(FINEST + 1);
    }

    @Property(tries = 20)
    void isNotCutForEver(@ForAll long seed) {
        Piece piece = Piece.WHOLE;
        for (int i = 0; i < 100; i++) piece = piece.half();
        assertThat(piece.bits()).isEqualTo(FINEST);
    }
}
