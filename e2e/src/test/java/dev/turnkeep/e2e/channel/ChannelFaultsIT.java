package dev.turnkeep.e2e.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Channels whose service is killed, and whose nodes hear of each other late. {@code make channelfaults} runs it with more:
 * the environment variables KILLS and APPENDS, the latter acknowledged before each kill and after the last.
 */
@WithTurnkeep
class ChannelFaultsIT {
    private static final int KILLS = number("KILLS", 1);
    private static final int APPENDS = number("APPENDS", 2_000);
    private static final int CHANNELS = 8;
    private static final int WRITERS = 64;
    private static final int READERS_EACH = 2;

    private static Turnkeep system;
    /** Hears of what others write by hints alone: its own look into Postgres comes far too late. */
    private static ServiceProcess hinted;

    @BeforeAll
    static void start(Turnkeep turnkeep) {
        system = turnkeep;
        hinted = instance("hinted", Map.of("TURNKEEP_SESSION_CHANNELS_SAFETY_POLL", "1h"));
    }

    @AfterAll
    static void stop() {
        hinted.close();
    }

    /** It takes no turns, so that its end does not hold up those of the other tests. */
    private static ServiceProcess instance(String name, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("TURNKEEP_SESSION_TURNS_ENABLED", "false");
        return system.instance(Service.SESSION, name, all);
    }

    @Test
    void keepsWhatItAcknowledgedOnceWhenItIsKilledBetweenAppends() {
        // Given
        Tenant tenant = system.tenant("killed");
        List<Channel> channels = IntStream.range(0, CHANNELS)
                .mapToObj(i -> Channel.ofNewSession(tenant, "killed-" + i).on(hinted))
                .toList();
        try (Crowd crowd = new Crowd()) {
            List<List<Future<List<String>>>> readings = channels.stream()
                    .map(channel -> crowd.read(channel, READERS_EACH))
                    .toList();
            List<List<Writer>> writers = channels.stream()
                    .map(channel -> crowd.write(channel, WRITERS / CHANNELS))
                    .toList();

            // When
            int struck = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                crowd.awaitMore(APPENDS);
                struck += crowd.underWay();
                hinted.kill();
                hinted.start();
            }
            crowd.awaitMore(APPENDS);
            crowd.finishWriting();
            channels.forEach(channel -> channel.close("the end"));

            // Then
            assertThat(struck).as("requests under way at the strikes").isPositive();
            assertThat(crowd.acknowledged()).isGreaterThan(APPENDS * (KILLS + 1));
            for (int i = 0; i < CHANNELS; i++) {
                Kept.assertKept(channels.get(i), readings.get(i), writers.get(i));
            }
            assertThat(crowd.readers())
                    .allSatisfy(reader -> assertThat(reader.interruptions()).isGreaterThanOrEqualTo(KILLS));
            System.out.printf(
                    "%d kills with %d requests under way; %d appends acknowledged, none lost, none twice%n",
                    KILLS, struck, crowd.acknowledged());
        }
    }

    @Test
    void aHintAloneWakesTheReadersOfAnotherNode() {
        // Given
        Channel here = Channel.ofNewSession(system.tenant("hints"), "hints");
        try (Crowd crowd = new Crowd()) {
            List<Future<List<String>>> readings = crowd.read(here.on(hinted), 4);

            // When
            crowd.write(here, 4);
            crowd.awaitMore(100);
            crowd.finishWriting();
            here.close("the end");

            // Then
            assertEverybodySaw(here, readings);
        }
    }

    @Test
    void deliversBetweenNodesWhileRedisIsDown() {
        // Given
        String nowhere = "redis://127.0.0.1:" + Ports.free();
        try (ServiceProcess alone = instance("alone", Map.of("TURNKEEP_REDIS_URL", nowhere));
                Crowd crowd = new Crowd()) {
            Tenant tenant = system.tenant("down");
            Channel out = Channel.ofNewSession(tenant, "out");
            Channel back = Channel.ofNewSession(tenant, "back");
            List<Future<List<String>>> away = crowd.read(out.on(alone), 4);
            List<Future<List<String>>> here = crowd.read(back, 4);

            // When
            crowd.write(out, 2);
            crowd.write(back.on(alone), 2);
            crowd.awaitMore(100);
            crowd.finishWriting();
            out.close("the end");
            back.on(alone).close("the end");

            // Then
            assertEverybodySaw(out, away);
            assertEverybodySaw(back, here);
        }
    }

    private static void assertEverybodySaw(Channel channel, List<Future<List<String>>> readings) {
        List<String> stored = channel.records();
        assertThat(stored).endsWith("the end").hasSize(Math.toIntExact(channel.end()));
        List<List<String>> seen = new ArrayList<>();
        readings.forEach(reading -> seen.add(Crowd.result(reading)));
        assertThat(new LinkedHashSet<>(seen)).containsExactly(stored);
    }

    private static int number(String variable, int standard) {
        return Integer.parseInt(System.getenv().getOrDefault(variable, Integer.toString(standard)));
    }
}
