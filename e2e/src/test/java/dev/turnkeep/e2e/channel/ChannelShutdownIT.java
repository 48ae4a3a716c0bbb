package dev.turnkeep.e2e.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A node that is asked to stop, as every deployment does it, while its channels are read and written. */
@WithTurnkeep
class ChannelShutdownIT {
    private static final int CHANNELS = 4;
    private static final int WRITERS_EACH = 4;
    private static final int READERS_EACH = 4;
    private static final int APPENDS = 300;
    /** What the service gives its requests, and as much for the machine. */
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Test
    void sendsEverybodyToAnotherNodeAndCutsNobodyOff(Turnkeep turnkeep) {
        // Given
        Tenant tenant = turnkeep.tenant("leaving");
        try (ServiceProcess leaving = turnkeep.instance(
                        Service.SESSION,
                        "leaving",
                        Map.of("TURNKEEP_SESSION_TURNS_ENABLED", "false", "QUARKUS_SHUTDOWN_DELAY", "1s"));
                Crowd crowd = new Crowd()) {
            List<Channel> staying = IntStream.range(0, CHANNELS)
                    .mapToObj(i -> Channel.ofNewSession(tenant, "leaving-" + i))
                    .toList();
            List<List<Future<List<String>>>> readings = staying.stream()
                    .map(channel -> crowd.read(channel.on(leaving), channel, READERS_EACH))
                    .toList();
            List<List<Writer>> writers = staying.stream()
                    .map(channel -> crowd.write(channel.on(leaving), channel, WRITERS_EACH))
                    .toList();
            crowd.awaitMore(APPENDS);

            // When
            ProcessHandle.of(leaving.pid()).orElseThrow().destroy();
            Await.until("the node has stopped by itself", BOUND, () -> !leaving.running());
            crowd.awaitMore(APPENDS);
            crowd.finishWriting();
            staying.forEach(channel -> channel.close("the end"));

            // Then
            for (int i = 0; i < CHANNELS; i++) {
                Kept.assertKept(staying.get(i), readings.get(i), writers.get(i));
            }
            assertThat(crowd.readers()).allSatisfy(reader -> {
                assertThat(reader.interruptions()).as("cut off").isZero();
                assertThat(reader.refusals()).as("told to come back").isEqualTo(1);
            });
            assertThat(writers).allSatisfy(each -> assertThat(each).allSatisfy(writer -> {
                assertThat(writer.interruptions()).as("left without an answer").isZero();
                assertThat(writer.refusals()).as("told to come back").isEqualTo(1);
            }));
        }
    }
}
