package dev.turnkeep.replication.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.replication.pgoutput.Lsn;
import org.junit.jupiter.api.Test;

class TimelinesTest {
    private static final String HISTORY = """
            # a comment
            1\t0/3000148\tno recovery target specified

            2\t1/A0\tbefore 2026-05-01 12:00:00+00
            """;

    @Test
    void knowsWhereEachTimelineWasLeft() {
        // When
        Timelines timelines = Timelines.parse(3, HISTORY);

        // Then
        assertThat(timelines.end(1)).contains(Lsn.parse("0/3000148"));
        assertThat(timelines.end(2)).contains(Lsn.parse("1/A0"));
        assertThat(timelines.end(3)).isEmpty();
    }

    @Test
    void sharesNothingWithATimelineThatTheServerWasNeverOn() {
        assertThat(Timelines.first().end(2)).contains(Lsn.ZERO);
    }

    @Test
    void refusesWhatIsNoHistory() {
        assertThatThrownBy(() -> Timelines.parse(2, "nonsense")).isInstanceOf(IllegalArgumentException.class);
    }
}
