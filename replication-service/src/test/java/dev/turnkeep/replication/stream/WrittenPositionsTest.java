package dev.turnkeep.replication.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WrittenPositionsTest {
    private static final Lsn START = new Lsn(1_000);
    private static final Lsn NEAR = new Lsn(1_100);
    private static final Lsn FAR = new Lsn(1_000_000);

    private final WrittenPositions positions = new WrittenPositions(Duration.ofNanos(50), 0);

    @Test
    void tellsTheServerNothingThatIsNotWritten() {
        // Given
        positions.begin(START);

        // Then
        assertThat(positions.confirmable(FAR)).isEqualTo(START);
        positions.written(NEAR, 1);
        assertThat(positions.confirmable(FAR)).isEqualTo(NEAR);
        positions.written(FAR, 2);
        assertThat(positions.confirmable(FAR)).isEqualTo(FAR);
    }

    @Test
    void writesMuchProgressAtOnceAndALittleOnceInAWhile() {
        // Given
        positions.begin(START);
        assertThat(positions.due(1_000)).isEmpty();

        // When
        positions.confirmable(NEAR);

        // Then
        assertThat(positions.due(49)).isEmpty();
        assertThat(positions.due(50)).contains(NEAR);
        positions.confirmable(FAR);
        assertThat(positions.due(0)).contains(FAR);
    }

    @Test
    void letsTheServerForgetItsLogWhileNothingCanBeWritten() {
        // Given
        positions.begin(START);

        // When
        positions.refused();

        // Then
        assertThat(positions.confirmable(FAR)).isEqualTo(FAR);
        positions.written(FAR, 1);
        assertThat(positions.confirmable(new Lsn(2_000_000))).isEqualTo(FAR);
    }
}
