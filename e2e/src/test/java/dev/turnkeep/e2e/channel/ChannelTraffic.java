package dev.turnkeep.e2e.channel;

import dev.turnkeep.e2e.system.Tenant;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Channels that are written and read while somebody strikes. */
public final class ChannelTraffic {
    private static final int CHANNELS = 4;
    private static final int WRITERS_EACH = 4;
    private static final int READERS_EACH = 2;
    private static final int APPENDS = 300;

    private ChannelTraffic() {}

    /** What is acknowledged before, during and after the strike is there once and in order, and every reader has seen it. */
    public static void survives(Tenant tenant, Runnable strike) {
        survives(tenant, List.of(strike));
    }

    /** The same, and appends go on in between. */
    public static void survives(Tenant tenant, Runnable strike, Runnable mend) {
        survives(tenant, List.of(strike, mend));
    }

    private static void survives(Tenant tenant, List<Runnable> strikes) {
        try (Crowd crowd = new Crowd()) {
            List<Channel> channels = IntStream.range(0, CHANNELS)
                    .mapToObj(i -> Channel.ofNewSession(tenant, "struck-" + i))
                    .toList();
            List<List<Future<List<String>>>> readings = channels.stream()
                    .map(channel -> crowd.read(channel, READERS_EACH))
                    .toList();
            List<List<Writer>> writers = channels.stream()
                    .map(channel -> crowd.write(channel, WRITERS_EACH))
                    .toList();
            crowd.awaitMore(APPENDS);
            strikes.forEach(strike -> {
                strike.run();
                crowd.awaitMore(APPENDS);
            });
            crowd.finishWriting();
            channels.forEach(channel -> channel.close("the end"));
            for (int i = 0; i < CHANNELS; i++) {
                Kept.assertKept(channels.get(i), readings.get(i), writers.get(i));
            }
        }
    }
}
