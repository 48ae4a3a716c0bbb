package dev.turnkeep.replication.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamHealthTest {
    private static final Instant START = Instant.parse("2026-05-01T12:00:00Z");
    private static final Duration LONG = TestStreamConfig.QUICK.unreadyLag();

    private Instant now = START;
    private final StreamHealth health = new StreamHealth(TestStreamConfig.QUICK, new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    private Optional<String> trouble() {
        return health.trouble(Optional.empty(), Optional.empty(), Duration.ZERO);
    }

    private void beat() {
        health.passed(new Heartbeat(new Lsn(1), now, 1));
    }

    @Test
    void isWellWhileHeartbeatsComeThrough() {
        // Given
        health.leads();
        health.is(new StreamStatus.Streaming());

        // When
        now = now.plus(LONG);
        beat();

        // Then
        assertThat(trouble()).isEmpty();
        assertThat(health.age()).isZero();
    }

    @Test
    void saysSoWhenNothingComesThroughWhateverTheStreamSeemsToDo() {
        // Given
        health.leads();
        beat();

        // When
        now = now.plus(LONG);

        // Then
        health.is(new StreamStatus.Streaming());
        assertThat(trouble()).hasValueSatisfying(why -> assertThat(why).contains("nothing has come through for 60 s"));
        health.is(new StreamStatus.Preparing(true));
        assertThat(trouble()).isPresent();
    }

    @Test
    void doesNotTakeBeginningAgainForARecovery() {
        // Given
        health.leads();
        health.failing("no connection");

        // When
        now = now.plus(TestStreamConfig.QUICK.unreadyAfter()).plusMillis(1);
        health.leads();
        health.is(new StreamStatus.Streaming());

        // Then
        assertThat(trouble()).contains("the stream fails again and again");
        beat();
        assertThat(trouble()).isEmpty();
    }

    @Test
    void isWellWhenAnotherOneLeadsAndUnwellWhenThatOneIsSilent() {
        // When
        health.standsBy(Duration.ofSeconds(6));

        // Then
        assertThat(trouble()).isEmpty();
        health.standsBy(LONG);
        assertThat(trouble()).isPresent();
    }

    @Test
    void passesOnWhatTheLeaderAndTheSinkSay() {
        // Given
        health.leads();
        health.is(new StreamStatus.Streaming());

        // Then
        assertThat(health.trouble(Optional.of("the sink"), Optional.of("the leader"), Duration.ZERO))
                .contains("the sink");
        assertThat(health.trouble(Optional.empty(), Optional.of("the leader"), Duration.ZERO))
                .contains("the leader");
        assertThat(health.trouble(Optional.empty(), Optional.empty(), LONG)).isPresent();
    }
}
