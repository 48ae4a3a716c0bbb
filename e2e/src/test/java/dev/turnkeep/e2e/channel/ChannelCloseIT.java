package dev.turnkeep.e2e.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A close in the midst of 64 writers, before the eyes of 64 readers. */
@WithTurnkeep
class ChannelCloseIT {
    private static final int ROUNDS = 3;
    private static final int WRITERS = 64;
    private static final int READERS = 64;
    private static final int BEFORE = 200;

    @Test
    void nothingFollowsTheRecordThatCloses(Turnkeep turnkeep) {
        for (int round = 0; round < ROUNDS; round++) {
            // Given
            Channel channel = Channel.ofNewSession(turnkeep.tenant("close"), "close-" + round);

            // When
            List<String> stored = race(channel, raced -> raced.close("the end"));

            // Then
            assertThat(stored).endsWith("the end");
        }
    }

    @Test
    void theEndOfTheSessionIsTheEndOfItsChannels(Turnkeep turnkeep) {
        // Given
        Channel channel = Channel.ofNewSession(turnkeep.tenant("close"), "session");

        // When
        List<String> stored = race(channel, Channel::closeSession);

        // Then
        assertThat(stored).isEqualTo(channel.records());
    }

    /** Everybody has ended, and seen the same: what was acknowledged, once, and nothing that was refused. */
    private static List<String> race(Channel channel, Consumer<Channel> close) {
        try (Crowd crowd = new Crowd()) {
            List<Future<List<String>>> readings = crowd.read(channel, READERS);
            List<Writer> writers = crowd.write(channel, WRITERS);
            crowd.awaitMore(BEFORE);
            close.accept(channel);
            List<String> stored = channel.records();
            long end = channel.end();
            // They are still told to write: it is the close that ends them.
            crowd.awaitRefusal();
            for (Future<List<String>> reading : readings) {
                assertThat(Crowd.result(reading)).isEqualTo(stored);
            }
            List<String> acknowledged = new ArrayList<>();
            writers.forEach(writer -> acknowledged.addAll(writer.acknowledged()));
            assertThat(stored).hasSize(Math.toIntExact(end)).doesNotHaveDuplicates();
            assertThat(stored.stream().filter(text -> !text.equals("the end")))
                    .containsExactlyInAnyOrderElementsOf(acknowledged);
            assertThat(channel.records()).isEqualTo(stored);
            return stored;
        }
    }
}
